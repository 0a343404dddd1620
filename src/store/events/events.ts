// The event store: what clients may still have to be told, in SQLite or in memory, with a copy in Redis where one is
// configured. Everything happens inside the call, as the gateway's promises need it: stored before anything else happens.
// Not here: what has to go when it is too much (eventIndex.ts), where events lie (eventPlaces.ts), Redis (redisCopy.ts).
import type { Clock, Millis } from '../../base/clock.ts';
import { type Disposable, Mutable, Store } from '../../base/disposable.ts';
import { Emitter, type Signal } from '../../base/signal.ts';
import type { Written } from '../../core/resultText.ts';
import type { RpcMessage } from '../../core/rpc.ts';
import type { EventStoreSettings } from '../../core/settings.ts';
import type {
  EventLog,
  EventLogStatus,
  EventLogTest,
  StoredEvent,
} from '../../runtime/gatewayPorts.ts';
import type { Log } from '../../runtime/ports.ts';
import { CopySource } from './copySource.ts';
import { eventIdOf, placeOf } from './eventId.ts';
import { chargeOf, EventIndex } from './eventIndex.ts';
import { trim } from './eventLimits.ts';
import { EventNumbers, firstAt } from './eventNumbers.ts';
import { EventPacker } from './eventPacker.ts';
import { EventPlaces, type StoredEvents } from './eventPlaces.ts';
import { EventReader } from './eventReader.ts';
import { statusOf } from './eventStatus.ts';
import { type Body, bytesOf } from './packing.ts';
import { RedisCopy } from './redisCopy.ts';
import type { ConnectRedis } from './redisWire.ts';
import { SaidOnce } from './saidOnce.ts';
import { testEvents } from './selfTest.ts';

export interface EventsPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Signal<EventStoreSettings>;
  /** Null where SQLite cannot be used. */
  readonly stored: StoredEvents | null;
  /** Loads the client for Redis; called when one is configured and not before. */
  readonly connectRedis: ConnectRedis;
}

const sweepsPerLife = 16;
const shortestSweep: Millis = 1000;

export class Events implements EventLog, Disposable {
  readonly #ports: EventsPorts;
  readonly #life = new Store();
  readonly #numbers: EventNumbers;
  readonly #index = new EventIndex();
  readonly #places: EventPlaces;
  readonly #reader: EventReader;
  readonly #source: CopySource;
  readonly #copy = this.#life.add(new Mutable<RedisCopy>());
  readonly #sweep = this.#life.add(new Mutable<Disposable>());
  readonly #changed = this.#life.add(new Emitter<EventLogStatus>());
  readonly #begun: Millis;
  readonly #said: SaidOnce;
  readonly #packer: EventPacker;
  /** Whether the stored events are known, and ours since then. */
  #isKnowing = false;
  #redisUrl = '';

  constructor(ports: EventsPorts) {
    this.#ports = ports;
    const { clock, log, settings, stored } = ports;
    this.#begun = clock.now();
    this.#said = new SaidOnce(log);
    this.#packer = new EventPacker(settings, this.#said);
    this.#numbers = new EventNumbers(clock, Math.random());
    this.#places = this.#life.add(
      new EventPlaces({
        clock,
        log,
        stored,
        allowed: () => settings.value.kind !== 'memory',
        moved: ({ stream, seq }, key) => this.#index.get(stream)?.move(seq, key),
        changed: () => this.#tell(),
      }),
    );
    this.#reader = new EventReader(this.#places, log);
    this.#source = new CopySource(this.#index, this.#places);
    this.#life.add(settings.onChange(() => this.#adopt()));
    if (stored) this.#life.add(stored.ownership.status.onChange(() => this.#followLease()));
    this.#adopt();
  }

  /** Read at the moment it is asked; told only when another store is in use, because the numbers change with every event. */
  get status(): Signal<EventLogStatus> {
    const read = (): EventLogStatus => {
      this.#follow();
      return this.#statusNow();
    };
    return {
      get value() {
        return read();
      },
      onChange: (listener) => this.#changed.on(listener),
    };
  }

  append(streamId: string, message: RpcMessage | null, json?: Written, sent?: string): string {
    this.#follow();
    const place = sent === undefined ? null : placeOf(sent);
    const isSent = place?.stream === streamId;
    const seq = isSent ? place.seq : this.#numbers.next();
    const id = eventIdOf(seq, streamId);
    if (this.#life.isDisposed) return id;
    this.#keep(streamId, seq, this.#packer.pack(message, json), isSent);
    this.#copy.value?.note(streamId);
    return id;
  }

  /** Writes down what was sent before it was kept. */
  flush(): void {
    this.#places.settle();
  }

  mark(streamId: string): string {
    this.#follow();
    return eventIdOf(this.#numbers.next(), streamId);
  }

  readAfter(streamId: string, eventId: string | null): readonly StoredEvent[] {
    this.#look(streamId);
    const place = eventId === null ? { stream: streamId, seq: 0 } : placeOf(eventId);
    if (place?.stream !== streamId) return [];
    return this.#reader.read(streamId, this.#index.get(streamId)?.after(place.seq) ?? []);
  }

  /** The stream of an event after which nothing was lost; null for any other text. */
  streamOf(eventId: string): string | null {
    const place = placeOf(eventId);
    if (place === null) return null;
    this.#look(place.stream);
    return this.#index.knows(place.stream, place.seq) ? place.stream : null;
  }

  drop(streamId: string): void {
    this.#follow();
    this.#places.remove(this.#index.remove(streamId));
    this.#copy.value?.drop(streamId);
  }

  dropAll(isKept: (streamId: string) => boolean): void {
    this.#follow();
    for (const name of [...this.#index.names]) if (!isKept(name)) this.drop(name);
  }

  /** Fetches what other processes wrote of a stream into the same Redis. Null: there is no Redis that could be asked. */
  recall(streamId: string): Promise<void> | null {
    const copy = this.#copy.value;
    return copy?.state.kind === 'current' ? this.#recallFrom(copy, streamId) : null;
  }

  selfTest(): Promise<EventLogTest> {
    return testEvents({
      log: this,
      clock: this.#ports.clock,
      compressFrom: this.#ports.settings.value.compressFrom,
      copy: this.#copy.value ?? null,
    });
  }

  dispose(): void {
    this.flush();
    this.#life.dispose();
  }

  async #recallFrom(copy: RedisCopy, streamId: string): Promise<void> {
    const events = await copy.read(streamId);
    this.#look(streamId);
    // What was dropped here has had its time.
    const from = Math.max(this.#index.lostOf(streamId) + 1, this.#oldest);
    const known = this.#index.get(streamId);
    const isCopied = known === undefined || known.copied >= known.last;
    for (const { seq, body } of events) {
      if (seq < from || this.#index.get(streamId)?.has(seq) === true) continue;
      this.#numbers.observe(seq);
      this.#keep(streamId, seq, body);
      // Redis has all of it, unless it still lacks something of ours in between.
      if (isCopied) this.#source.copied(streamId, seq);
    }
  }

  #keep(stream: string, seq: number, body: Body, isSent = false): void {
    const charge = chargeOf(stream, bytesOf(body));
    const row = { stream, seq, charge, body };
    const key = isSent ? this.#places.putSoon(row) : this.#places.put(row);
    this.#index.add(stream, { seq, key, charge });
    const limits = this.#ports.settings.value;
    this.#places.remove(trim(this.#index, stream, limits, this.#said));
    this.#planSweep();
  }

  /** Events that are too old are gone before anybody asks, also between two sweeps. */
  #look(stream: string): void {
    this.#follow();
    this.#places.remove(this.#index.expireStream(stream, this.#oldest));
  }

  get #oldest(): number {
    return firstAt(this.#ports.clock.now() - this.#ports.settings.value.ttl);
  }

  #planSweep(): void {
    if (this.#sweep.value !== undefined || this.#life.isDisposed) return;
    const { clock, settings } = this.#ports;
    const pace = Math.max(shortestSweep, settings.value.ttl / sweepsPerLife);
    this.#sweep.value = clock.after(pace, () => {
      this.#sweep.value = undefined;
      this.#follow();
      this.#places.remove(this.#index.expire(this.#oldest));
      this.#places.settle();
      if (this.#index.events > 0) this.#planSweep();
    });
  }

  /** Learns what is stored as soon as it is ours. At the first use, so that a window's start does not pay for it. */
  #follow(): void {
    if (this.#isKnowing || !this.#places.isStoring) return;
    this.#isKnowing = true;
    for (const { stream, ...place } of this.#places.load()) {
      this.#numbers.observe(place.seq);
      this.#index.add(stream, place);
    }
    this.#places.remove(this.#index.expire(this.#oldest));
    this.#places.settle();
    this.#places.remove(this.#index.trimAll(this.#ports.settings.value));
    for (const name of this.#index.names) this.#copy.value?.note(name);
    if (this.#index.events > 0) this.#planSweep();
  }

  #followLease(): void {
    const isOwner = this.#ports.stored?.ownership.status.value === 'owner';
    if (!isOwner && this.#isKnowing) {
      // What this window used until now is the new owner's.
      this.#isKnowing = false;
      this.#index.clear();
      this.#places.forget();
    }
    if (isOwner) this.#eraseUnlessAllowed();
    this.#tell();
  }

  /** Takes the settings as they are now. */
  #adopt(): void {
    this.#eraseUnlessAllowed();
    const { clock, log, settings, connectRedis } = this.#ports;
    const { kind, redisUrl } = settings.value;
    const url = kind === 'redis' ? redisUrl : '';
    if (url !== this.#redisUrl) {
      this.#redisUrl = url;
      this.#source.forgetCopied();
      this.#copy.value =
        url === ''
          ? undefined
          : new RedisCopy({
              url,
              clock,
              log,
              source: this.#source,
              limits: () => settings.value,
              connect: connectRedis,
              changed: () => this.#tell(),
            });
    }
    this.#tell();
  }

  /** The user wants nothing to be written down: what is there goes on in memory. */
  #eraseUnlessAllowed(): void {
    const { stored, settings } = this.#ports;
    if (stored === null || settings.value.kind !== 'memory' || !stored.ownership.holds()) return;
    this.#places.unstore(this.#index.rows());
    this.#isKnowing = false;
  }

  #statusNow(): EventLogStatus {
    const { settings, stored } = this.#ports;
    return statusOf({
      wanted: settings.value.kind,
      isStoring: this.#places.isStoring,
      hasSqlite: stored !== null,
      trouble: this.#places.trouble,
      copy: this.#copy.value?.state ?? null,
      begun: this.#begun,
      events: this.#index.events,
      bytes: this.#index.bytes,
    });
  }

  #tell(): void {
    if (!this.#life.isDisposed) this.#changed.emit(this.#statusNow());
  }
}
