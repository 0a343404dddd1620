// Fails a test file that leaves a timer, socket, server or child process behind. Runs as a setup file of every project.
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { leftOver, openThings, watchTimers } from './leaks.ts';

/** Sockets and processes end a moment after they were told to; a leak stays. */
const patience = 3_000;

const timers = watchTimers();
let before: readonly string[] = [];

const left = (): string[] => [...leftOver(before, openThings()), ...timers.running()];

beforeAll(() => {
  before = openThings();
});

afterAll(async () => {
  const until = performance.now() + patience;
  while (left().length > 0 && performance.now() < until) {
    await delay(20, undefined, { ref: false });
  }
  const leaks = left();
  timers.end();
  if (leaks.length > 0) throw new Error(`Left behind by this file: ${leaks.join(', ')}.`);
});
