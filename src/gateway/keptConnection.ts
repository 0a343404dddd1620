// One connection that a port keeper has while its gateway is away: what came along it waits, and is handed to the next gateway
// once, as it came, with a header that says so. What was handed on is never handed on again: nobody could tell whether it was done.
// Where a gateway may have read what came, and had not begun to answer when it was killed, the client is told to ask the next.
// Not here: how many there are, and when the gateway is there (keeperDuty.ts).
import { connect, type Socket } from 'node:net';
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import {
  againResponse,
  asksToLeave,
  awayResponse,
  beginsRequest,
  goneResponse,
  keptHeader,
  type KeeperOrders,
  knowsToken,
  waitOf,
} from './keeperWords.ts';

/** As much is read of what waits; the rest waits in its client. */
const mostKept = 64 * 1024;
/** The gateway listens a moment after it has sent the keeper away. */
const knockEvery: Millis = 5;
/** For a client to read why it is refused. */
const lastWord: Millis = 500;
const lineEnd = '\r\n';
const headEnd = '\r\n\r\n';

/** Whether it was the gateway's before. */
export type Origin = 'new' | 'inherited';

export interface KeptEvents {
  /** The token came along it. */
  readonly known: () => void;
  /** Whoever comes along it may tell the keeper to leave. */
  readonly met: (client: Socket) => void;
  readonly over: () => void;
}

export class KeptConnection {
  readonly #client: Socket;
  readonly #origin: Origin;
  readonly #orders: KeeperOrders;
  readonly #clock: Clock;
  readonly #events: KeptEvents;
  readonly #over = new AbortController();
  #waiting: Buffer = Buffer.alloc(0);
  #state: 'waiting' | 'due' | 'passing' | 'over' = 'waiting';
  /** Its client may wait for the answer to something that was read by others. */
  #mayBeAsked: boolean;
  #isKnown = false;
  #isHeadRead = false;
  #isRefused = false;

  constructor(
    client: Socket,
    origin: Origin,
    orders: KeeperOrders,
    clock: Clock,
    events: KeptEvents,
  ) {
    this.#client = client;
    this.#mayBeAsked = origin === 'inherited';
    this.#origin = origin;
    this.#orders = orders;
    this.#clock = clock;
    this.#events = events;
    client.on('data', this.#take);
    // `close` follows.
    client.on('error', () => undefined);
    client.once('close', () => this.#end());
    client.resume();
  }

  /** The token came along it. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Nobody has let it in, the gateway neither. */
  get isStranger(): boolean {
    return this.#origin === 'new' && !this.#isKnown;
  }

  /** Its client waits for an answer, or reads why there is none; and not for news only. */
  get isOwed(): boolean {
    if (this.#isRefused) return true;
    return this.#waiting.length > 0 && !this.#waiting.subarray(0, 4).equals(Buffer.from('GET '));
  }

  /** Hands on what is there, and whatever comes from now on. */
  pass(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'due';
    if (this.#mayBeAsked) void this.#sendBack();
    else this.#passWhenBegun();
  }

  /** The gateway does not come back. */
  refuse(): void {
    if (this.#state !== 'passing' && this.#state !== 'over')
      this.#refuse(this.#waiting.length > 0 ? goneResponse : '');
  }

  destroy(): void {
    this.#client.destroy();
  }

  readonly #take = (chunk: Buffer): void => {
    // The rest of a request whose beginning died with the gateway.
    if (this.#mayBeAsked && !beginsRequest(chunk)) return void this.#sendBack();
    // What came before was answered.
    this.#mayBeAsked = false;
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    if (this.#waiting.length >= mostKept) this.#client.pause();
    this.#readHead();
    if (this.#state === 'due') this.#passWhenBegun();
  };

  #readHead(): void {
    const end = this.#waiting.indexOf(headEnd);
    if (this.#isHeadRead || end < 0) return;
    this.#isHeadRead = true;
    // Header fields are Latin-1 (RFC 9110, section 5.5).
    const head = this.#waiting.toString('latin1', 0, end);
    this.#isKnown = knowsToken(head, this.#orders);
    if (this.#isKnown) this.#events.known();
    if (asksToLeave(head, this.#orders)) {
      this.#state = 'over';
      this.#client.off('data', this.#take);
      this.#events.met(this.#client);
    } else this.#limitWaiting(waitOf(head));
  }

  #limitWaiting(wait: Millis | null): void {
    if (wait === null) return;
    const tell = (): void => {
      if (this.#state === 'waiting') this.#refuse(awayResponse);
    };
    if (wait === 0) return tell();
    const limit = this.#clock.after(wait, tell);
    this.#over.signal.addEventListener('abort', () => limit.dispose(), { once: true });
  }

  #passWhenBegun(): void {
    // The mark goes behind the request line. Where none comes the gateway shall say what is wrong.
    if (!this.#waiting.includes(lineEnd) && this.#waiting.length < mostKept) return;
    this.#state = 'passing';
    this.#client.off('data', this.#take);
    this.#client.pause();
    void this.#passTo(this.#orders.port);
  }

  async #passTo(port: number): Promise<void> {
    const gateway = await this.#reach(port);
    if (gateway !== null) return this.#join(gateway);
    if (this.#over.signal.aborted) return;
    this.#state = 'waiting';
    this.refuse();
  }

  /** Where somebody takes what comes: this process, as long as it holds the port, or the next gateway. */
  async #sendBack(): Promise<void> {
    if (this.#state === 'passing') return;
    this.#state = 'passing';
    const gateway = await this.#reach(this.#orders.port);
    gateway?.destroy();
    if (!this.#over.signal.aborted) this.#refuse(gateway === null ? '' : againResponse);
  }

  /** Null where nobody came, or its client has gone. */
  async #reach(port: number): Promise<Socket | null> {
    const deadline = this.#clock.steady() + this.#orders.holdFor;
    while (!this.#over.signal.aborted) {
      const gateway = await reach(port);
      if (gateway !== null && !this.#over.signal.aborted) return gateway;
      gateway?.destroy();
      if (this.#clock.steady() > deadline) break;
      await sleep(this.#clock, knockEvery);
    }
    return null;
  }

  #join(gateway: Socket): void {
    const end = this.#waiting.indexOf(lineEnd);
    const mark = end < 0 ? '' : `${lineEnd}${keptHeader}: 1`;
    gateway.write(this.#waiting.subarray(0, Math.max(0, end)));
    gateway.write(mark);
    gateway.write(this.#waiting.subarray(Math.max(0, end)));
    gateway.on('error', () => this.#client.destroy());
    // The last of the answer may still be on its way to the client.
    gateway.once('close', () => this.#closeSoon());
    this.#over.signal.addEventListener('abort', () => gateway.destroy(), { once: true });
    gateway.pipe(this.#client);
    this.#client.pipe(gateway);
  }

  #refuse(response: string): void {
    this.#state = 'over';
    this.#isRefused = true;
    this.#over.abort();
    this.#client.off('data', this.#take);
    // Whatever else it sends is read: a client whose bytes are refused may never see the words.
    this.#client.resume();
    this.#client.end(response);
    this.#closeSoon();
  }

  #closeSoon(): void {
    const limit = this.#clock.after(lastWord, () => this.#client.destroy());
    this.#client.once('close', () => limit.dispose());
  }

  #end(): void {
    this.#state = 'over';
    this.#over.abort();
    this.#events.over();
  }
}

/** A connection to whoever listens there; null where nobody does. */
const reach = (port: number): Promise<Socket | null> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const refuse = (): void => {
      socket.destroy();
      resolve(null);
    };
    socket.once('error', refuse);
    socket.once('connect', () => {
      socket.off('error', refuse);
      // A port of the range that the system gives away may be given to the very socket that asks for it (RFC 9293, section 3.5:
      // simultaneous open), which would then talk to itself.
      if (socket.localPort === socket.remotePort) refuse();
      else resolve(socket);
    });
  });
