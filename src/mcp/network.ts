// Notices that the machine slept or changed its network, so that recovery need not wait for its next backoff tick.
// It looks only while somebody would profit. The window's focus comes from the host room, which alone knows windows.
import { networkInterfaces } from 'node:os';
import { type Clock, every, type Millis } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import { during, Emitter, type Signal } from '../base/signal.ts';
import type { WakeSource } from '../runtime/ports.ts';

type Interfaces = ReturnType<typeof networkInterfaces>;

export interface NetworkDeps {
  readonly clock: Clock;
  /** Whether there is a connection that a sleep or another network could have broken. */
  readonly needed: Signal<boolean>;
  readonly interfaces?: () => Interfaces;
}

const tick: Millis = 5_000;

/** Addresses that lead out of this machine; link-local ones come and go with every container. */
const addressesOf = (interfaces: Interfaces): string =>
  Object.entries(interfaces)
    .flatMap(([name, addresses]) => (addresses ?? []).map((address) => ({ name, ...address })))
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address))
    .map(({ name, address }) => `${name} ${address}`)
    .toSorted()
    .join('\n');

export class NetworkWatch implements WakeSource, Disposable {
  readonly #clock: Clock;
  readonly #interfaces: () => Interfaces;
  readonly #store = new Store();
  readonly #woke: Emitter<'slept' | 'network' | 'focus'>;
  readonly #slept: Emitter<Millis>;
  #lastTick: Millis = 0;
  #addresses = '';

  constructor({ clock, needed, interfaces = networkInterfaces }: NetworkDeps) {
    this.#clock = clock;
    this.#interfaces = interfaces;
    this.#woke = this.#store.add(new Emitter());
    this.#slept = this.#store.add(new Emitter());
    this.#store.add(during(needed, () => this.#watch()));
  }

  onWake(listener: (why: 'slept' | 'network' | 'focus') => void): Disposable {
    return this.#woke.on(listener);
  }

  /** With the length of the sleep, to within a tick. */
  onSlept(listener: (length: Millis) => void): Disposable {
    return this.#slept.on(listener);
  }

  /** The window has got the focus. */
  focused(): void {
    this.#woke.emit('focus');
  }

  dispose(): void {
    this.#store.dispose();
  }

  /** What happened while nobody needed to know is no news. */
  #watch(): Disposable {
    this.#lastTick = this.#clock.now();
    this.#addresses = addressesOf(this.#interfaces());
    return every(this.#clock, tick, () => this.#look());
  }

  #look(): void {
    // Wall time: the clock that never jumps may stand still during sleep.
    const now = this.#clock.now();
    const away = now - this.#lastTick;
    const slept = away > 2 * tick;
    this.#lastTick = now;
    const addresses = addressesOf(this.#interfaces());
    const moved = addresses !== this.#addresses;
    this.#addresses = addresses;
    if (slept) {
      this.#slept.emit(away);
      this.#woke.emit('slept');
    } else if (moved) this.#woke.emit('network');
  }
}
