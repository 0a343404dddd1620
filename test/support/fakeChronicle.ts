// A chronicle that holds what a test gives it.
import type { Millis } from '../../src/base/clock.ts';
import { Source } from '../../src/base/signal.ts';
import { type ChronicleEntry, type EntryKind, isAbout } from '../../src/core/chronicle.ts';
import type { Chronicle } from '../../src/runtime/chronicle.ts';

export class FakeChronicle implements Chronicle {
  readonly revision = new Source(0);
  #entries: readonly ChronicleEntry[] = [];
  /** The beginning of each span that was read. */
  readonly readFrom: Millis[] = [];

  write(...entries: readonly ChronicleEntry[]): void {
    this.#entries = [...this.#entries, ...entries].toSorted((one, other) => one.at - other.at);
    this.revision.set(this.revision.value + 1);
  }

  read(
    serverId: string | null,
    from: Millis,
    to: Millis,
    kinds?: readonly EntryKind[],
  ): readonly ChronicleEntry[] {
    this.readFrom.push(from);
    return this.#entries
      .filter(({ at }) => at >= from && at <= to)
      .filter(({ kind }) => kinds?.includes(kind) !== false)
      .filter((entry) => serverId === null || isAbout(serverId)(entry));
  }

  clear(serverId: string | null): void {
    const isMeant = (entry: ChronicleEntry): boolean =>
      serverId === null || entry.serverId === serverId;
    this.#entries = this.#entries.filter((entry) => !isMeant(entry));
    this.revision.set(this.revision.value + 1);
  }
}
