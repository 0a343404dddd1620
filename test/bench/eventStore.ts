// How many events a second the event store takes and gives back, in memory and in SQLite, with the sizes that calls have; what
// a large event costs; and how long a start takes that finds many.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RpcMessage } from '../../src/core/rpc.ts';
import { openEvents } from '../../src/store/events/openEvents.ts';

interface Row {
  readonly what: string;
  readonly value: string;
  readonly goal?: string;
  readonly met?: boolean;
}

const count = 20_000;
const perStream = 500;
const roomy = { maxEvents: 100_000, maxBytes: 2 ** 30 };

const result = (text: string): RpcMessage => ({
  jsonrpc: '2.0',
  id: 1,
  result: { content: [{ type: 'text', text }] },
});
const usual = result('x'.repeat(300));

const secondsOf = (work: () => void): number => {
  const begun = performance.now();
  work();
  return (performance.now() - begun) / 1000;
};

/** The best of three rounds: others may use the machine. */
const rate = (what: string, work: (round: number) => number, goal?: number): Row => {
  let best = 0;
  for (let round = 0; round < 3; round += 1) {
    let events = 0;
    const seconds = secondsOf(() => {
      events = work(round);
    });
    best = Math.max(best, Math.round(events / seconds));
  }
  const value = `${best.toLocaleString('en')}/s`;
  return goal === undefined
    ? { what, value }
    : { what, value, goal: `${goal.toLocaleString('en')}/s`, met: best >= goal };
};

const streamOf = (index: number, round: number): string =>
  `s.client.${Math.floor(index / perStream)}.${round}.`;

const measureKind = (name: string, folder: string | undefined): Row[] => {
  const options = folder === undefined ? {} : { folder };
  const opened = openEvents({ ...options, settings: roomy });
  const { events } = opened;
  const appendAll = (round: number): number => {
    for (let index = 0; index < count; index += 1) events.append(streamOf(index, round), usual);
    return count;
  };
  const replayAll = (round: number): number => {
    let read = 0;
    for (let index = 0; index < count; index += perStream)
      for (const { message } of events.readAfter(streamOf(index, round), null))
        read += message === null ? 0 : 1;
    return read;
  };
  // An answer stream of the gateway: a priming event and the answer, in a stream of its own.
  const answerAll = (round: number): number => {
    for (let index = 0; index < count / 2; index += 1) {
      events.append(`t.client.${index}.${round}.`, null);
      events.append(`t.client.${index}.${round}.`, usual);
    }
    return count;
  };
  const rows = [
    rate(`${name}: events appended`, appendAll, 20_000),
    rate(`${name}: events replayed`, replayAll, 100_000),
    rate(`${name}: events of calls, two in each stream`, answerAll, 20_000),
  ];
  opened.dispose();
  return rows;
};

const words = ['alpha', 'path', 'the', 'result', 'src/store', 'value', 'null', 'description'];

/** Text as tools return it: repetitive, but not too much. */
const aLargeResult = (bytes: number): RpcMessage => {
  let text = '';
  for (let index = 0; text.length < bytes; index += 1)
    text += `{"id":${(index * 7919) % 100_003},"name":"${words[(index * 31) % 8]} ${index}"},`;
  return result(text);
};

const milliseconds = (what: string, seconds: number): Row => ({
  what,
  value: `${(seconds * 1000).toFixed(1)} ms`,
});

const measureLarge = (folder: string): Row[] => {
  const large = aLargeResult(5 * 2 ** 20);
  const json = JSON.stringify(large);
  const opened = openEvents({ folder, settings: roomy });
  const { events } = opened;
  events.append('warm', large, json);
  const before = events.status.value.bytes;
  const append = secondsOf(() => events.append('large', large, json));
  const taken = events.status.value.bytes - before;
  const read = secondsOf(() => void events.readAfter('large', null)[0]?.message);
  opened.dispose();
  const share = `${Math.round((taken / json.length) * 100)} % of it kept`;
  return [
    milliseconds(`sqlite: a result of 5 MB appended (${share})`, append),
    milliseconds('sqlite: a result of 5 MB read', read),
  ];
};

const measureFull = (folder: string): Row[] => {
  const opened = openEvents({ folder, settings: { maxBytes: 2 ** 23 } });
  const { events } = opened;
  const row = rate('sqlite: events appended to a full store', (round) => {
    for (let index = 0; index < count; index += 1) events.append(`f.${round}.${index >> 1}`, usual);
    return count;
  });
  opened.dispose();
  return [row];
};

const measureStart = (folder: string): Row[] => {
  const opened: ReturnType<typeof openEvents>[] = [];
  const seconds = secondsOf(() => {
    opened.push(openEvents({ folder, settings: roomy }));
  });
  const first = secondsOf(() => opened[0]?.events.append('start', null));
  const found = (opened[0]?.events.status.value.events ?? 1) - 1;
  opened[0]?.dispose();
  return [
    milliseconds('sqlite: opening', seconds),
    milliseconds(`sqlite: the first event after it, ${found.toLocaleString('en')} stored`, first),
  ];
};

const inFolder = <T>(work: (folder: string) => T): T => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-bench-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export async function run(): Promise<{ name: string; rows: Row[] }> {
  // Unmeasured, so that neither is charged with compiling what both use.
  measureKind('', undefined);
  const rows = [
    ...measureKind('memory', undefined),
    ...inFolder((folder) => [...measureKind('sqlite', folder), ...measureStart(folder)]),
    ...inFolder(measureLarge),
    ...inFolder(measureFull),
  ];
  return { name: 'event store', rows };
}
