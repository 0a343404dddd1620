// Calls of a program at the gateway whose connection ends with an earlier life of ours, and goes on in the next: the program
// waits all the while, and each of its calls is answered once, under its old id.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../src/core/calls/journal.ts';
import { aStableRig, type Rig, type RigOptions } from '../support/connectionRig.ts';
import { OpenJournal } from '../support/openJournal.ts';

const program: RigOptions = { journals: 'every-request' };

/** A life in which calls come to where the test leaves them, and the next one, in which they are claimed. */
const reloaded = async (
  leave: (rig: Rig) => void | Promise<void>,
  meanwhile: (rig: Rig) => void = () => {},
): Promise<{ rig: Rig; journal: OpenJournal; claimed: readonly unknown[] }> => {
  const journal = new OpenJournal();
  const before = await aStableRig({ ...program, journal });
  await leave(before);
  await before.settle();
  await before.connection.shutdown();
  meanwhile(before);
  const rig = await before.reload({ ...program, journal });
  rig.server.news();
  const claimed = rig.connection.calls.claim();
  return { rig, journal, claimed };
};

const reconnect = async (rig: Rig): Promise<void> => {
  rig.server.acceptDialling();
  rig.user('started');
  await rig.settle();
};

const goneDown = (rig: Rig): void => {
  rig.server.refuseDialling();
  rig.server.dropLink();
};

const callsSeen = (rig: Rig): string[] =>
  rig.server.news().flatMap((line) => /tools\/call|resume/.exec(line)?.[0] ?? []);

describe('a call that was held', () => {
  it('runs when the server is back, under its old id [never-lost] [reload-survives]', async () => {
    const { rig, journal, claimed } = await reloaded((before) => {
      goneDown(before);
      before.client.request('tools/call', { name: 'write' }, 'stream 1');
    });
    expect(claimed).toEqual(['stream 1']);
    expect(journal.phases).toEqual(['held']);
    await reconnect(rig);
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    expect(rig.client.outcome('stream 1')).toBe('result');
    expect(journal.phases).toEqual([]);
  });

  it('keeps its place among the others [never-lost]', async () => {
    const { rig } = await reloaded((before) => {
      goneDown(before);
      for (const id of ['a', 'b', 'c'])
        before.client.request('tools/call', { name: 'write', arguments: { id } }, id);
    });
    rig.client.request('tools/call', { name: 'write', arguments: { id: 'd' } }, 'd');
    rig.server.answersCalls = true;
    await reconnect(rig);
    const order = rig.server.got.flatMap((message) => {
      const params = 'params' in message ? message.params : undefined;
      return /"id":"(\w)"/.exec(JSON.stringify(params ?? {}))?.[1] ?? [];
    });
    expect(order).toEqual(['a', 'b', 'c', 'd']);
  });

  it('has at least ten seconds more, and is answered at its deadline [honest-unknown]', async () => {
    const { rig, journal } = await reloaded(async (before) => {
      goneDown(before);
      before.client.request('tools/call', { name: 'write' }, 'old');
      await before.advance(44_000);
    });
    await rig.advance(9_999);
    expect(rig.client.outcome('old')).toBe('none');
    await rig.advance(2);
    expect(rig.client.outcome('old')).toBe('not-run');
    expect(journal.phases).toEqual([]);
  });

  it('is never run without being claimed', async () => {
    const journal = new OpenJournal();
    const before = await aStableRig({ ...program, journal });
    goneDown(before);
    before.client.request('tools/call', { name: 'write' }, 'x');
    await before.settle();
    const rig = await before.reload({ ...program, journal });
    rig.server.news();
    await reconnect(rig);
    expect(callsSeen(rig)).toEqual([]);
    expect(journal.phases).toEqual(['held']);
  });
});

describe('a call that was sent', () => {
  const sent =
    (cursor: string | null) =>
    async (rig: Rig): Promise<void> => {
      rig.client.request('tools/call', { name: 'write' }, 'id 7');
      await rig.settle();
      const [upstream = 0] = rig.server.waiting;
      if (cursor) rig.server.link.events.cursor(`request:${upstream}`, cursor);
    };

  it('is resumed from its cursor in its session, and answered [reload-survives]', async () => {
    const { rig, journal, claimed } = await reloaded(sent('c4'));
    expect(claimed).toEqual(['id 7']);
    await reconnect(rig);
    expect(callsSeen(rig)).toEqual(['resume']);
    rig.server.answer(rig.server.waiting[0] ?? 0, { content: ['done'] });
    await rig.settle();
    expect(rig.client.answersTo('id 7')).toMatchObject([{ result: { content: ['done'] } }]);
    expect(journal.phases).toEqual([]);
  });

  it('is answered as unknown without a cursor, and not written again [at-most-once]', async () => {
    const { rig, journal } = await reloaded(sent(null));
    await reconnect(rig);
    expect(rig.client.outcome('id 7')).toBe('unknown');
    expect(callsSeen(rig)).toEqual([]);
    expect(journal.phases).toEqual([]);
  });

  it('is answered as unknown when its session is another one [at-most-once]', async () => {
    const { rig } = await reloaded(sent('c4'), (before) => before.memory.forget());
    await reconnect(rig);
    expect(rig.client.outcome('id 7')).toBe('unknown');
    expect(callsSeen(rig)).toEqual([]);
  });

  it('is repeated if it only reads by protocol [safe-replay]', async () => {
    const { rig, journal } = await reloaded((before) => {
      before.server.stall('resources/read');
      before.client.request('resources/read', { uri: 'a' }, 'id 7');
    });
    expect(journal.phases).toEqual(['unknown']);
    rig.server.proceed('resources/read');
    await reconnect(rig);
    await rig.settle();
    expect(rig.client.outcome('id 7')).toBe('result');
    expect(journal.phases).toEqual([]);
  });
});

it('the answer reaches the client before the journal forgets the call [reload-survives]', async () => {
  const journal = new OpenJournal();
  const rig = await aStableRig({ ...program, journal });
  rig.client.request('tools/call', { name: 'write' }, 'x');
  await rig.settle();
  const keptWhenHeard: number[] = [];
  rig.connection.end.onMessage((message) => {
    if ('result' in message) keptWhenHeard.push(journal.phases.length);
  });
  rig.server.answer(rig.server.waiting[0] ?? 0);
  await rig.settle();
  expect(keptWhenHeard).toEqual([1]);
  expect(journal.phases).toEqual([]);
});

it('claiming again while the calls live takes nothing twice [at-most-once]', async () => {
  const { rig } = await reloaded((before) => {
    goneDown(before);
    before.client.request('tools/call', { name: 'write' }, 'x');
  });
  expect(rig.connection.calls.claim()).toEqual(['x']);
  rig.server.answersCalls = true;
  await reconnect(rig);
  expect(rig.client.outcome('x')).toBe('result');
});

/** What may happen to the calls of one client over several lives. */
type Deed = 'call' | 'answer' | 'cut' | 'down' | 'up' | 'reload' | 'wait';
const deeds = fc.array(
  fc.constantFrom<Deed>('call', 'call', 'answer', 'cut', 'down', 'up', 'reload', 'wait'),
  { maxLength: 25 },
);

/** The lives of one client's connection, and what it asked in them. */
class Lives {
  readonly #journal = new OpenJournal();
  readonly rigs: Rig[] = [];
  readonly asked: string[] = [];

  get rig(): Rig {
    const rig = this.rigs.at(-1);
    if (!rig) throw new Error('No life has begun.');
    return rig;
  }

  async begin(): Promise<this> {
    this.rigs.push(await aStableRig({ ...program, journal: this.#journal }));
    return this;
  }

  readonly deeds: Readonly<Record<Deed, () => void | Promise<void>>> = {
    call: () => {
      const id = `call ${this.asked.length}`;
      this.asked.push(id);
      this.rig.client.request('tools/call', { name: 'write', arguments: { id } }, id);
    },
    answer: () => {
      if (this.rig.server.links.length === 0) return;
      const [first] = this.rig.server.waiting;
      if (first !== undefined) this.rig.server.answer(first);
    },
    cut: () => {
      if (this.rig.server.links.length > 0) this.rig.server.cutStream('c1');
    },
    down: () => goneDown(this.rig),
    up: () => reconnect(this.rig),
    reload: async () => {
      this.rigs.push(await this.rig.reload({ ...program, journal: this.#journal }));
      this.rig.connection.calls.claim();
      this.rig.user('started');
    },
    wait: () => this.rig.advance(60_000),
  };
}

const live = async (plan: readonly Deed[]): Promise<Lives> => {
  const lives = await new Lives().begin();
  for (const deed of [...plan, 'up', 'wait', 'wait'] as const) {
    await lives.deeds[deed]();
    await lives.rig.settle();
  }
  return lives;
};

/** How often a call of this text was sent to the server. */
const runsOf = ({ server }: Rig, id: string): number =>
  server.got.filter((message) => JSON.stringify(message).includes(`"${id}"`)).length;

it('over any lives each call is answered at most once, and written at most once [at-most-once]', async () => {
  await fc.assert(
    fc.asyncProperty(deeds, async (plan) => {
      const { asked, rigs } = await live(plan);
      const [first] = rigs;
      for (const id of asked) {
        const answers = rigs.flatMap(({ client }) => client.answersTo(id));
        expect(answers.length).toBeLessThanOrEqual(1);
        if (first) expect(runsOf(first, id)).toBeLessThanOrEqual(1);
      }
    }),
    { numRuns: 150 },
  );
});

it('an entry that says nothing of its session is never resumed', async () => {
  const { rig, journal } = await reloaded(() => undefined);
  const entry: JournalEntry = {
    key: 'k',
    serverId: 'server',
    client: 'client',
    clientId: 'lost',
    request: { jsonrpc: '2.0', id: 'lost', method: 'tools/call', params: { name: 'write' } },
    arrivedAt: 0,
    phase: { kind: 'sent', at: 0, upstreamId: 5, sessionId: null, cursor: 'c' },
  };
  journal.put(entry);
  rig.connection.calls.claim();
  await reconnect(rig);
  expect(rig.client.outcome('lost')).toBe('unknown');
});
