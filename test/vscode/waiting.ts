// Waiting for a condition, and never for luck.
import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until there is an answer; throws with `what` when there is none within the limit. */
export const until = async <T>(
  what: string,
  limit: number,
  ask: () => T | Promise<T>,
): Promise<NonNullable<T>> => {
  const end = performance.now() + limit;
  for (;;) {
    const answer = await ask();
    if (answer !== null && answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`Waited ${limit} ms in vain: ${what}.`);
    await delay(50);
  }
};
