// The gate before every attempt: what has no leave is neither looked into nor contacted, and leave counts at once.
import { describe, expect, test } from 'vitest';
import { Emitter, Source } from '../../src/base/signal.ts';
import { aFailure, type FailureKind } from '../../src/core/connection/failure.ts';
import type { ConnectionState } from '../../src/core/connection/state.ts';
import { withApproval } from '../../src/runtime/approvalGate.ts';
import { watchApprovals } from '../../src/runtime/approvalWatch.ts';
import type { Resolution, Resolver } from '../../src/runtime/resolver.ts';
import { aDefinition, FakeFleet, FakeServer } from '../support/fakeFleet.ts';

const never = new AbortController().signal;

const aGate = (isAllowed: boolean, isTrusted: boolean) => {
  const asked: string[] = [];
  const next: Resolver = {
    resolve: async (definition): Promise<Resolution> => {
      asked.push(definition.name);
      return { kind: 'ready', definition };
    },
  };
  const keeper = { isAllowed: () => isAllowed, isTrusted: () => isTrusted };
  return { asked, gate: withApproval(keeper, next) };
};

const kindOf = (resolution: Resolution): string =>
  resolution.kind === 'refused' ? resolution.failure.kind : resolution.kind;

describe('[locked-door] the gate', () => {
  const plain = aDefinition('plain');
  const inFolder = aDefinition('in-folder', { url: 'http://host/${workspaceFolder}' });

  test.each([
    ['with leave in a trusted workspace', plain, true, true, 'ready'],
    ['without leave', plain, false, true, 'unapproved'],
    ['that names the folder of a trusted workspace', inFolder, true, true, 'ready'],
    ['that names the folder of an untrusted workspace', inFolder, true, false, 'blocked'],
    ["of the user's own in an untrusted workspace", plain, true, false, 'ready'],
  ])('%s', async (_, definition, isAllowed, isTrusted, expected) => {
    const { gate, asked } = aGate(isAllowed, isTrusted);
    expect(kindOf(await gate.resolve(definition, never))).toBe(expected);
    expect(asked).toEqual(expected === 'ready' ? [definition.name] : []);
  });
});

const waiting = (kind: FailureKind): ConnectionState => ({
  kind: 'needs-input',
  since: 0,
  attempt: 1,
  failure: aFailure(kind, 'it waits'),
});

const ready: ConnectionState = { kind: 'ready', since: 0, recovered: 'first' };
const stopped: ConnectionState = { kind: 'stopped', since: 0 };

const aStage = () => {
  const fleet = new FakeFleet();
  const add = (name: string, state: ConnectionState): void =>
    fleet.servers.set([...fleet.servers.value, new FakeServer(aDefinition(name), state)]);
  const changed = new Emitter<void>();
  const settings = new Source<unknown>(1);
  const allowed = new Set<string>();
  const watch = watchApprovals({
    fleet,
    isAllowed: ({ name }) => allowed.has(name),
    onChange: (listener) => changed.on(listener),
    settings,
  });
  const asked = () =>
    fleet.servers.value.flatMap((server) => server.asked.map((what) => `${server.id} ${what}`));
  return { add, changed, settings, allowed, watch, asked };
};

describe('a change of leave', () => {
  test('has those connect that waited for it, and leaves all others alone', () => {
    const { add, changed, allowed, asked, watch } = aStage();
    add('waits', waiting('unapproved'));
    add('waits-on', waiting('unapproved'));
    add('wants-value', waiting('needs-input'));
    add('works', ready);
    for (const name of ['waits', 'wants-value', 'works']) allowed.add(name);
    changed.emit();
    expect(asked()).toEqual(['waits reconnect']);
    watch.dispose();
  });

  test('has those leave at once that lost it, also by a change of their entry', () => {
    const { add, changed, settings, allowed, asked, watch } = aStage();
    add('works', ready);
    add('rests', stopped);
    add('stays', ready);
    allowed.add('stays');
    settings.set(2);
    expect(asked()).toEqual(['works reconnect']);
    changed.emit();
    expect(asked()).toEqual(['works reconnect', 'works reconnect']);
    watch.dispose();
    settings.set(3);
    expect(asked()).toHaveLength(2);
  });
});
