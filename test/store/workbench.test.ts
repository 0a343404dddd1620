import { expect, it } from 'vitest';
import { askWorkbench } from '../../src/store/workbench.ts';
import { VirtualClock, settle } from '../support/virtualClock.ts';
import { RememberingLog } from './fixtures.ts';

const ask = (isWatched: () => Promise<boolean>) => {
  const clock = new VirtualClock();
  const answers: boolean[] = [];
  const log = new RememberingLog();
  const question = askWorkbench({ clock, log, isWatched }, (answer) => answers.push(answer));
  return { clock, answers, question };
};

it.each([true, false])('passes the answer %s on at once and leaves no timer', async (isWatched) => {
  const { clock, answers } = ask(() => Promise.resolve(isWatched));
  await settle();
  expect([answers, clock.pending]).toEqual([[isWatched], 0]);
});

it('takes 3 s of silence for a no, and hears nothing that comes later', async () => {
  let late: (isWatched: boolean) => void = () => undefined;
  const { clock, answers } = ask(() => new Promise((resolve) => (late = resolve)));
  await clock.advance(2999);
  expect(answers).toEqual([]);
  await clock.advance(1);
  late(true);
  await settle();
  expect(answers).toEqual([false]);
});

it('answers nothing once it was disposed', async () => {
  const { clock, answers, question } = ask(() => Promise.resolve(true));
  question.dispose();
  await clock.advance(10_000);
  expect([answers, clock.pending]).toEqual([[], 0]);
});
