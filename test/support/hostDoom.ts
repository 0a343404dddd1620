// Lets a fleet in a process of its own die at a named moment of a call, by its own hand, as an extension host that crashes
// there: between what is written down and what is sent, where a kill from outside would hit only by luck.
import type { Dialer, JournalStore, Link } from '../../src/runtime/ports.ts';

/**
 * `before-write`: the journal is about to say that the call is sent. `after-write`: it has, and no byte has left.
 * `after-send`: the call has left. `after-begun`: the server has taken it. `before-erase`: the caller was answered, and the
 * journal still says that it waits. `after-erase`: nothing is written down any more.
 */
export const hostDoomPoints = [
  'before-write',
  'after-write',
  'after-send',
  'after-begun',
  'before-erase',
  'after-erase',
] as const;
export type HostDoomPoint = (typeof hostDoomPoints)[number];

/** At which point, and at the how manyth call. */
export interface HostFate {
  readonly point: HostDoomPoint;
  readonly nth: number;
}

/** In milliseconds: enough for the bytes to leave, and less than most answers take. */
const onItsWay = 2;

export class HostDoom {
  readonly #fate: HostFate | null;
  readonly #seen = new Map<HostDoomPoint, number>();

  constructor(fate: HostFate | null) {
    this.#fate = fate;
  }

  journal(store: JournalStore): JournalStore {
    let isWriting = false;
    return {
      load: (server, client) => store.load(server, client),
      clients: (server) => store.clients(server),
      put: (entry) => {
        const isSending = entry.phase.kind === 'sent' && entry.phase.cursor === null;
        if (isSending) this.#reach('before-write');
        const isKept = store.put(entry);
        if (isSending) this.#reach('after-write');
        return isKept;
      },
      putSoon: (entry) => {
        this.#reach('before-write');
        isWriting = true;
        return store.putSoon(entry);
      },
      settle: () => {
        store.settle();
        if (isWriting) this.#reach('after-write');
        isWriting = false;
      },
      remove: (key) => {
        this.#reach('before-erase');
        store.remove(key);
        this.#reach('after-erase');
      },
    };
  }

  dialer(dialer: Dialer): Dialer {
    return {
      dial: async (session, events, signal) =>
        this.#doomed(await dialer.dial(session, events, signal)),
    };
  }

  #doomed(link: Link): Link {
    const exchange = link.exchange.bind(link);
    link.exchange = (request, options) => {
      if (request.method !== 'tools/call') return exchange(request, options);
      const begun = (): void => {
        this.#reach('after-begun');
        options.begun?.();
      };
      const fate = exchange(request, { ...options, begun });
      if (this.#fate?.point === 'after-send') setTimeout(() => this.#reach('after-send'), onItsWay);
      return fate;
    };
    return link;
  }

  #reach(point: HostDoomPoint): void {
    const times = (this.#seen.get(point) ?? 0) + 1;
    this.#seen.set(point, times);
    if (this.#fate?.point !== point || this.#fate.nth > times) return;
    process.kill(process.pid, 'SIGKILL');
    // The signal takes a moment to arrive, in which nothing more must happen.
    for (;;);
  }
}
