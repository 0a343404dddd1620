// The record store of a test: what a connection leaves for its next life.
import type { SessionRecord } from '../../src/core/record.ts';
import type { RecordStore } from '../../src/runtime/ports.ts';

export class MemoryRecords implements RecordStore {
  readonly #records = new Map<string, SessionRecord>();
  saves = 0;

  load(serverId: string, client: string): SessionRecord | null {
    return this.#records.get(`${serverId} ${client}`) ?? null;
  }
  save(record: SessionRecord): void {
    this.saves += 1;
    this.#records.set(`${record.serverId} ${record.client}`, record);
  }
  remove(serverId: string, client: string): void {
    this.#records.delete(`${serverId} ${client}`);
  }
}
