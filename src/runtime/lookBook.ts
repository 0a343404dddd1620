// Writes down the looks at servers that are worth keeping, and that a server was seen to restart. Not here: what is worth
// keeping (core/chronicle/looks.ts).
import type { Millis } from '../base/clock.ts';
import type { ChronicleEntry, HealthEntry } from '../core/chronicle.ts';
import {
  type HealthLook,
  isWorthKeeping,
  noRuns,
  noteRun,
  type Runs,
} from '../core/chronicle/looks.ts';

interface Page {
  /** The last of each way to look. */
  readonly kept: Map<HealthEntry['by'], HealthEntry>;
  runs: Runs;
  restartedAt: Millis;
}

/** The same restart is seen by its health and by its state, one after the other. */
const sameRestart: Millis = 3_000;
/** Servers come and go by name. */
const mostServers = 1_000;

const entryOf = (look: HealthLook): HealthEntry => {
  const { serverId, at, by, latency, status, uptimeSecs, failure } = look;
  return { kind: 'health', serverId, at, by, latency, status, uptimeSecs, failure };
};

export class LookBook {
  readonly #put: (entry: ChronicleEntry, key: null) => void;
  /** The server that was looked at last stands last. */
  readonly #pages = new Map<string, Page>();

  constructor(put: (entry: ChronicleEntry, key: null) => void) {
    this.#put = put;
  }

  looked(look: HealthLook): void {
    const page = this.#pageOf(look.serverId);
    const { runs, restarted } = noteRun(page.runs, look);
    page.runs = runs;
    if (restarted) this.restarted(look.serverId, look.at);
    const kept = page.kept.get(look.by) ?? null;
    if (!restarted && !isWorthKeeping(kept, look)) return;
    const entry = entryOf(look);
    page.kept.set(look.by, entry);
    this.#put(entry, null);
  }

  restarted(serverId: string, at: Millis): void {
    const page = this.#pageOf(serverId);
    if (Math.abs(at - page.restartedAt) < sameRestart) return;
    page.restartedAt = at;
    this.#put({ kind: 'mark', serverId, at, what: 'restarted', length: null }, null);
  }

  forget(serverId: string | null): void {
    if (serverId === null) this.#pages.clear();
    else this.#pages.delete(serverId);
  }

  #pageOf(serverId: string): Page {
    const page = this.#pages.get(serverId) ?? {
      kept: new Map(),
      runs: noRuns,
      restartedAt: -Infinity,
    };
    this.#pages.delete(serverId);
    this.#pages.set(serverId, page);
    const [longestSilent] = this.#pages.keys();
    if (this.#pages.size > mostServers && longestSilent !== undefined)
      this.#pages.delete(longestSilent);
    return page;
  }
}
