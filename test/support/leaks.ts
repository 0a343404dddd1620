// What of a Node process is open right now, and which timers of ours still run. Not here: when to look, and what to do
// about it (leakCheck.ts).
import { createHook } from 'node:async_hooks';
import { join, sep } from 'node:path';
import { getActiveResourcesInfo } from 'node:process';

/** Things that keep a process alive and that somebody must have ended. The rest comes and goes by itself. */
const watched = new Set([
  'TCPServerWrap',
  'TCPSocketWrap',
  'PipeWrap',
  'ProcessWrap',
  'FSEventWrap',
  'StatWatcher',
  'UDPWrap',
  'TLSWrap',
]);

export const openThings = (): readonly string[] =>
  getActiveResourcesInfo().filter((kind) => watched.has(kind));

/** What is open now and was not before, one entry for each. */
export const leftOver = (before: readonly string[], now: readonly string[]): string[] => {
  const known = [...before];
  return now.filter((kind) => {
    const index = known.indexOf(kind);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
};

const repository = join(import.meta.dirname, '..', '..') + sep;
const isOurs = (frame: string): boolean =>
  frame.includes(repository) &&
  !frame.includes(`${sep}node_modules${sep}`) &&
  !frame.includes(import.meta.filename);

/** The nearest frame of our own code; undefined for a timer of the test runner, which has its own ways. */
const ourFrame = (): string | undefined => {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const { stack = '' } = new Error('where');
  Error.stackTraceLimit = limit;
  return stack.split('\n').find(isOurs)?.trim();
};

interface Countable {
  hasRef(): boolean;
}

const isCountable = (resource: object): resource is Countable =>
  'hasRef' in resource && typeof resource.hasRef === 'function';

const keepsAlive = (resource: object): boolean => !isCountable(resource) || resource.hasRef();

export interface TimerWatch {
  running(): string[];
  end(): void;
}

/** From now on, knows the timers that our code set and nobody has ended, each by where it was set. */
export const watchTimers = (): TimerWatch => {
  const timers = new Map<number, { readonly resource: object; readonly frame: string }>();
  const callbacks = {
    // Promises are many and of no interest here; the type of the options does not know this one yet.
    trackPromises: false,
    init: (id: number, type: string, _trigger: number, resource: object) => {
      if (type !== 'Timeout') return;
      const frame = ourFrame();
      if (frame !== undefined) timers.set(id, { resource, frame });
    },
    destroy: (id: number) => {
      timers.delete(id);
    },
  };
  const hook = createHook(callbacks).enable();
  return {
    end: () => {
      hook.disable();
    },
    running: () =>
      [...timers.values()]
        .filter(({ resource }) => keepsAlive(resource))
        .map(({ frame }) => `a timer set ${frame}`),
  };
};
