// A fleet in virtual time with one server, and a chronicler who watches it.
import { onTestFinished } from 'vitest';
import { type EntryKind, type EntryOf, isKind } from '../../src/core/chronicle.ts';
import { Chronicler } from '../../src/runtime/chronicler.ts';
import { usualBounds } from '../../src/store/historyBounds.ts';
import { MemoryHistory } from '../../src/store/memoryHistory.ts';
import { FakeClient } from './fakeClient.ts';
import type { FakeDialer } from './fakeDialer.ts';
import type { FakeProber } from './fakeProber.ts';
import type { VirtualClock } from './virtualClock.ts';
import { aServer, VirtualFleet } from './virtualFleet.ts';

export class ChronicleRig {
  readonly fleet: VirtualFleet;
  readonly store = new MemoryHistory(usualBounds);
  readonly chronicler: Chronicler;

  constructor(more: Parameters<typeof aServer>[1] = {}) {
    this.fleet = new VirtualFleet([aServer('a', more)]);
    const { clock } = this.fleet;
    this.chronicler = new Chronicler({ clock, store: this.store, random: () => 0.5 });
    this.fleet.witness = this.chronicler;
    onTestFinished(() => this.chronicler.dispose());
  }

  async open(): Promise<this> {
    this.chronicler.open();
    await this.fleet.open();
    return this;
  }

  get dialer(): FakeDialer {
    return this.fleet.dialer('a');
  }

  get prober(): FakeProber {
    return this.fleet.prober('a');
  }

  get clock(): VirtualClock {
    return this.fleet.clock;
  }

  of<Kind extends EntryKind>(kind: Kind): readonly EntryOf<Kind>[] {
    return this.chronicler.read(null, 0, Infinity, [kind]).filter(isKind(kind));
  }

  /** A program at the gateway with a connection of its own. */
  program(name: string): FakeClient {
    const spec = { client: `secret-${name}`, label: name, isPatient: false, hello: null };
    const attached = this.fleet.fleet.attach('a', spec);
    if (!attached) throw new Error('The server could not be attached.');
    const program = new FakeClient(attached.end);
    program.hello(name);
    return program;
  }
}

export const aChronicleRig = (more: Parameters<typeof aServer>[1] = {}): Promise<ChronicleRig> =>
  new ChronicleRig(more).open();
