// What servers last said of themselves, kept in memory.
import type { OfferStore, ServerOffer } from '../../src/runtime/gatewayPorts.ts';

export class MemoryOffers implements OfferStore {
  readonly kept = new Map<string, ServerOffer>();

  load(serverId: string, fingerprint: string): ServerOffer | null {
    return this.kept.get(`${serverId} ${fingerprint}`) ?? null;
  }

  save(serverId: string, fingerprint: string, offer: ServerOffer): void {
    this.kept.set(`${serverId} ${fingerprint}`, offer);
  }
}
