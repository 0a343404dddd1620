// What a client is told of a server that is not there, and how the pages of a list become one.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import type { ConnectionState } from '../../src/core/connection/state.ts';
import { outcomeKey } from '../../src/core/calls/answers.ts';
import {
  gather,
  isFromStart,
  isMissing,
  isOurError,
  listKindOf,
  listsUnder,
  longestList,
  noticesOf,
  type PartialList,
  standingOf,
  welcomeFor,
} from '../../src/core/offers.ts';
import { errorOf, type JsonObject, type RpcRequest, resultOf } from '../../src/core/rpc.ts';

const list = (method: string, cursor?: string): RpcRequest => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  ...(cursor === undefined ? {} : { params: { cursor } }),
});

describe('a server', () => {
  it.each<[ConnectionState, string]>([
    [{ kind: 'idle' }, 'coming'],
    [{ kind: 'connecting', since: 0 }, 'coming'],
    [{ kind: 'ready', since: 0, recovered: 'first' }, 'up'],
    [{ kind: 'degraded', since: 0, recovered: 'first', troubles: ['slow'] }, 'up'],
    [{ kind: 'disabled' }, 'away'],
    [{ kind: 'stopped', since: 0 }, 'away'],
    [{ kind: 'needs-auth', since: 0, attempt: 1, failure: aFailure('unauthorized', '') }, 'away'],
  ])('in state %j is %s', (state, standing) => {
    expect(standingOf(state)).toBe(standing);
  });
});

describe('a welcome of ours', () => {
  it.each(['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])(
    'speaks the version of the client, %s',
    (protocolVersion) => {
      const last = { protocolVersion: '2099-01-01', capabilities: {} };
      expect(welcomeFor({ protocolVersion }, last, 'files')['protocolVersion']).toBe(
        protocolVersion,
      );
      expect(welcomeFor({ protocolVersion }, null, 'files')['protocolVersion']).toBe(
        protocolVersion,
      );
    },
  );

  it.each([undefined, {}, { protocolVersion: '1999-01-01' }, { protocolVersion: 7 }])(
    'speaks the newest version to a client that said %j',
    (hello) => {
      expect(welcomeFor(hello, null, 'files')['protocolVersion']).toBe('2025-11-25');
    },
  );

  it('says what the server said last', () => {
    const last = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, instructions: 'hi' };
    expect(welcomeFor({ protocolVersion: '2025-06-18' }, last, 'files')).toEqual(last);
  });

  it('promises everything of a server that was never there, and says that it is not there yet', () => {
    const welcome = welcomeFor({}, null, 'files');
    expect(welcome).toMatchObject({
      capabilities: {
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        logging: {},
        completions: {},
      },
      serverInfo: { name: 'files', version: '0' },
    });
    expect(welcome['instructions']).toContain('"files" is not there yet');
  });
});

describe('something that a client counts on', () => {
  const real = { protocolVersion: '2025-11-25', capabilities: { tools: {} } };

  it('is missing where the server lacks it and the client was promised it, or may have been', () => {
    expect(isMissing('prompts', real, { prompts: {} })).toBe(true);
    expect(isMissing('prompts', real, null)).toBe(true);
  });

  it('is not missing where it is there, was never promised, or nothing is known', () => {
    expect(isMissing('tools', real, { tools: {} })).toBe(false);
    expect(isMissing('prompts', real, { tools: {} })).toBe(false);
    expect(isMissing('prompts', null, { prompts: {} })).toBe(false);
  });

  it('is not missing as completions on a server of the revision that had no word for them', () => {
    const old = { protocolVersion: '2024-11-05', capabilities: {} };
    expect(isMissing('completions', old, { completions: {} })).toBe(false);
    expect(isMissing('prompts', old, { prompts: {} })).toBe(true);
  });
});

describe('notices', () => {
  it('are due for what there is and for what is gone', () => {
    expect(noticesOf({ prompts: {} }, { tools: {} })).toEqual([
      'notifications/tools/list_changed',
      'notifications/prompts/list_changed',
    ]);
  });

  it('are not due where nothing changed', () => {
    expect(noticesOf({ tools: {}, logging: {} }, { tools: {}, logging: {} })).toEqual([]);
  });
});

describe('remembered lists', () => {
  it('stay only where the server still offers them', () => {
    const lists = {
      'tools/list': { tools: [1] },
      'resources/templates/list': { resourceTemplates: [2] },
      'prompts/list': { prompts: [3] },
      'tasks/list': { tasks: [4] },
    };
    const kept = listsUnder(lists, { capabilities: { tools: {}, resources: {} } });
    expect(Object.keys(kept)).toEqual(['tools/list', 'resources/templates/list']);
  });

  it('are those of four methods', () => {
    expect(listKindOf('resources/templates/list')).toEqual({
      capability: 'resources',
      field: 'resourceTemplates',
    });
    expect(listKindOf('tools/call')).toBeUndefined();
  });
});

describe('pages', () => {
  const play = (pages: readonly (readonly [string | undefined, JsonObject])[]) => {
    let partial: PartialList | undefined;
    let last: ReturnType<typeof gather> = { kind: 'lost' };
    for (const [cursor, page] of pages) {
      last = gather(partial, list('tools/list', cursor), page);
      partial = last.kind === 'partial' ? last.partial : undefined;
    }
    return last;
  };

  it('become one list, without what belongs to one answer only', () => {
    const whole = play([
      [undefined, { tools: ['a'], nextCursor: '2', _meta: { trace: 1 }, note: 'kept' }],
      ['2', { tools: ['b'], nextCursor: '3' }],
      ['3', { tools: ['c'], nextCursor: null }],
    ]);
    expect(whole).toEqual({ kind: 'whole', list: { tools: ['a', 'b', 'c'], note: 'kept' } });
  });

  it('are no list where one is missing', () => {
    expect(
      play([
        [undefined, { tools: ['a'], nextCursor: '2' }],
        ['3', { tools: ['c'] }],
      ]).kind,
    ).toBe('lost');
    expect(play([['2', { tools: ['b'] }]]).kind).toBe('lost');
  });

  it('begin anew with a request without a cursor', () => {
    const whole = play([
      [undefined, { tools: ['a'], nextCursor: '2' }],
      [undefined, { tools: ['b'] }],
    ]);
    expect(whole).toEqual({ kind: 'whole', list: { tools: ['b'] } });
    expect(isFromStart(list('tools/list', ''))).toBe(false);
  });

  it('are lost where they hold no items', () => {
    expect(play([[undefined, { prompts: [] }]]).kind).toBe('lost');
    expect(gather(undefined, list('tools/call'), { content: [] }).kind).toBe('lost');
  });

  it('are lost as soon as they are too long together', () => {
    const half = 'x'.repeat(longestList / 2);
    const first = gather(undefined, list('tools/list'), { tools: [half], nextCursor: '2' });
    expect(first.kind).toBe('partial');
    expect(
      play([
        [undefined, { tools: [half], nextCursor: '2' }],
        ['2', { tools: [half] }],
      ]).kind,
    ).toBe('lost');
    // Short as texts, long as JSON.
    const quotes = '"'.repeat(longestList - 100);
    expect(play([[undefined, { tools: [quotes] }]]).kind).toBe('lost');
  });
});

describe('an error', () => {
  it('is ours where it carries our mark', () => {
    const error = { code: -32010, message: 'away' };
    expect(isOurError(errorOf(1, { ...error, data: { [outcomeKey]: {} } }))).toBe(true);
    expect(isOurError(errorOf(1, error))).toBe(false);
    expect(isOurError(resultOf(1, {}))).toBe(false);
  });
});
