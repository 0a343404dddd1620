// Answers that are sent before they are kept: at every moment the call is in the journal, or its answer among the events.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EventTable } from '../../src/store/events/eventTable.ts';
import { aDatabase, aFolder } from './fixtures.ts';
import { aCall, aJournal, keysOf, sent } from './journalFixtures.ts';

const child = fileURLToPath(new URL('answerChild.ts', import.meta.url));

/** What a process that was killed has left of a call: whether the journal has it, and the events its answer. */
const leftBy = async (besides: string) => {
  const folder = aFolder();
  const window = spawn(process.execPath, [child, folder, besides], { stdio: 'inherit' });
  await once(window, 'exit');
  expect(window.signalCode).toBe('SIGKILL');
  const database = aDatabase(folder);
  const { journal } = aJournal({ database });
  return {
    calls: journal.load('alpha', 'agent').map(({ key, phase }) => `${key} ${phase.kind}`),
    answers: new EventTable(database).places().length,
  };
};

describe('after a kill -9', () => {
  it.each([
    // Nobody knows how it ended: it may have run, and is not done again.
    ['right behind an answer that was sent', '', ['k-1 sent'], 0],
    ['when the turn is over', 'turn', ['k-1 sent'], 1],
    ['behind the next call, which takes its row', 'next call', ['k-2 sent'], 1],
    ['behind the tidying', 'tidy', [], 1],
    ['behind what it became', 'task', ['k-1 task'], 1],
  ])(
    '%s, the call or its answer is there [reload-survives]',
    async (_, besides, calls, answers) => {
      expect(await leftBy(besides)).toEqual({ calls, answers });
    },
  );
});

describe('the journal', () => {
  it('has answers kept before it lets their calls go, and never for those that run', async () => {
    const { journal, clock, keptAnswers } = aJournal();
    journal.put(aCall('a'));
    journal.put(aCall('a', { phase: sent }));
    journal.put(aCall('b', { phase: sent }));
    journal.remove('a');
    expect(keptAnswers).toEqual([]);
    journal.put(aCall('c'));
    expect(keptAnswers).toEqual([['a', 'b']]);
    journal.remove('b');
    await clock.advance(1000);
    expect(keptAnswers).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ]);
    expect(keysOf(journal.load('alpha', 'lifeline'))).toEqual(['c']);
  });
});
