// The course of a wizard: forward, back, and once more, with nothing lost that was answered.
import { expect, test } from 'vitest';
import { askSeries, type Came, insist, type Step } from '../../src/host/series.ts';

/** Steps that answer as they are told, and note what they were asked. */
const aSeries = (answers: Readonly<Record<string, readonly Came[]>>) => {
  const asked: string[] = [];
  const steps = Object.entries(answers).map(([name, each]): Step => {
    const left = [...each];
    return (canGoBack) => {
      asked.push(canGoBack ? `${name} <` : name);
      return Promise.resolve(left.shift() ?? 'next');
    };
  });
  return { asked, steps };
};

test('each question but the first has a way back to the one before, also over one that is left out', async () => {
  const { asked, steps } = aSeries({ a: [], b: ['skipped', 'skipped'], c: ['back'], d: [] });
  expect(await askSeries(steps)).toBe('done');
  expect(asked).toEqual(['a', 'b <', 'c <', 'a', 'b <', 'c <', 'd <']);
});

test('the first question that is asked has none, unless something came before', async () => {
  const alone = aSeries({ a: ['skipped'], b: [] });
  expect(await askSeries(alone.steps)).toBe('done');
  expect(alone.asked).toEqual(['a', 'b']);
  const inner = aSeries({ a: ['back'] });
  expect(await askSeries(inner.steps, true)).toBe('back');
  expect(inner.asked).toEqual(['a <']);
});

test('whoever leaves a question leaves the series', async () => {
  const { asked, steps } = aSeries({ a: [], b: ['cancelled'], c: [] });
  expect(await askSeries(steps)).toBe('cancelled');
  expect(asked).toEqual(['a', 'b <']);
});

test('what fails is done again as long as somebody wants that', async () => {
  const reasons = ['not saved', 'still not saved', null, 'never asked'];
  const said: string[] = [];
  const wantsAgain = (why: string): Promise<boolean> => {
    said.push(why);
    return Promise.resolve(true);
  };
  expect(await insist(() => reasons.shift() ?? null, wantsAgain)).toBe(true);
  expect(said).toEqual(['not saved', 'still not saved']);
  expect(
    await insist(
      () => 'no',
      () => Promise.resolve(false),
    ),
  ).toBe(false);
});
