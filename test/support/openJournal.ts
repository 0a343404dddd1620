// A journal that a test can read and refuse: a working one, with a line for each thing that is done to it.
import type { JournalEntry } from '../../src/core/calls/journal.ts';
import { MemoryJournal } from '../../src/store/memoryJournal.ts';

export class OpenJournal extends MemoryJournal {
  /** `put sent`, `remove`; the test may give it another list to write to. */
  lines: string[] = [];
  isFull = false;
  /** Put to be written down soon, and not written down yet. */
  readonly #soon = new Map<string, JournalEntry>();

  override put(entry: JournalEntry): boolean {
    const cursor = 'cursor' in entry.phase ? ` ${entry.phase.cursor ?? 'without cursor'}` : '';
    this.lines.push(`${this.isFull ? 'refuse' : 'put'} ${entry.phase.kind}${cursor}`);
    return this.isFull ? false : super.put(entry);
  }

  override putSoon(entry: JournalEntry): boolean {
    this.#soon.set(entry.key, entry);
    return !this.isFull;
  }

  override settle(): void {
    const entries = [...this.#soon.values()];
    this.#soon.clear();
    for (const entry of entries) this.put(entry);
  }

  override remove(key: string): void {
    this.#soon.delete(key);
    this.lines.push('remove');
    super.remove(key);
  }

  get entries(): readonly JournalEntry[] {
    return this.load('server', 'client');
  }

  get phases(): string[] {
    return this.entries.map(({ phase }) => phase.kind);
  }
}
