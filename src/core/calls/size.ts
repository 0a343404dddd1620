// Whether a message is certainly too large, without writing it out: that would cost as much as sending it.
import { isObject } from '../rpc.ts';

/** True as soon as its texts alone are longer than `limit`. What lies below may still be larger as JSON. */
export const isLongerThan = (value: unknown, limit: number): boolean => {
  const rest: unknown[] = [value];
  let length = 0;
  while (rest.length > 0 && length <= limit) {
    const next = rest.pop();
    length += typeof next === 'string' ? next.length : 1;
    if (Array.isArray(next)) for (const item of next) rest.push(item);
    else if (isObject(next))
      for (const key of Object.keys(next)) {
        length += key.length;
        rest.push(next[key]);
      }
  }
  return length > limit;
};
