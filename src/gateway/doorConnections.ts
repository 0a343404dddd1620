// The connections at the door: how many there may be, and who has to go when one more comes. Those that are served are never
// dropped for others; strangers, who have not shown the token yet, go first. So a flood of connections only ever competes with
// itself. Not here: HTTP.
import type { Socket } from 'node:net';
import type { ServerResponse } from 'node:http';

interface Seat {
  /** The token was shown on this connection. */
  trusted: boolean;
  /** Answers that have not ended. */
  readonly open: Set<ServerResponse>;
}

// No client of MCP sends the next request on a connection before the answer of the last one.
const mostPipelined = 8;

export class DoorConnections {
  readonly #max: () => number;
  readonly #seats = new Map<Socket, Seat>();
  /** Oldest first, as sets keep the order of adding. */
  readonly #strangers = new Set<Socket>();
  readonly #idle = new Set<Socket>();
  readonly #emptied = new Set<() => void>();
  #dropped = 0;

  constructor(max: () => number) {
    this.#max = max;
  }

  get size(): number {
    return this.#seats.size;
  }

  /** How many were dropped to make room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** False: there is no room, all that stand are being served. */
  enter(socket: Socket): boolean {
    if (this.#seats.size >= this.#max() && !this.#makeRoom()) return false;
    this.#seats.set(socket, { trusted: false, open: new Set() });
    this.#strangers.add(socket);
    socket.once('close', () => this.#leave(socket));
    return true;
  }

  /** A request has come. `gone`: its connection is being ended; `too-many`: it has too many without an answer. */
  begin(socket: Socket, response: ServerResponse): 'begun' | 'gone' | 'too-many' {
    const seat = this.#seats.get(socket);
    if (seat === undefined) return 'gone';
    if (seat.open.size >= mostPipelined) return 'too-many';
    seat.open.add(response);
    this.#idle.delete(socket);
    response.once('close', () => {
      seat.open.delete(response);
      if (seat.open.size === 0 && seat.trusted && this.#seats.has(socket)) this.#idle.add(socket);
    });
    return 'begun';
  }

  trust(socket: Socket): void {
    const seat = this.#seats.get(socket);
    if (seat === undefined || seat.trusted) return;
    seat.trusted = true;
    this.#strangers.delete(socket);
  }

  /** The answers that have not ended on a connection. */
  openOn(socket: Socket): readonly ServerResponse[] {
    return [...(this.#seats.get(socket)?.open ?? [])];
  }

  /** Ends what nobody waits on, and tells which answers are still open. */
  retire(): readonly ServerResponse[] {
    const unused = [...this.#seats].filter(([, seat]) => seat.open.size === 0);
    for (const [socket] of unused) socket.destroy();
    return [...this.#seats.values()].flatMap((seat) => [...seat.open]);
  }

  /** Calls `listener` once, when no connection is left. Returns how to stop waiting. */
  onEmpty(listener: () => void): () => void {
    this.#emptied.add(listener);
    this.#tellWhenEmpty();
    return () => this.#emptied.delete(listener);
  }

  destroyAll(): void {
    for (const socket of this.#seats.keys()) socket.destroy();
  }

  #makeRoom(): boolean {
    // Someone trusted who rests is next: his client connects again with its next request.
    const [stranger] = this.#strangers;
    const [resting] = this.#idle;
    const victim = stranger ?? resting;
    if (victim === undefined) return false;
    this.#dropped += 1;
    this.#leave(victim);
    victim.destroy();
    return true;
  }

  #leave(socket: Socket): void {
    if (!this.#seats.delete(socket)) return;
    this.#strangers.delete(socket);
    this.#idle.delete(socket);
    this.#tellWhenEmpty();
  }

  #tellWhenEmpty(): void {
    if (this.#seats.size > 0) return;
    const listeners = [...this.#emptied];
    this.#emptied.clear();
    for (const listener of listeners) listener();
  }
}
