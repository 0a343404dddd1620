// The gateway's door: an HTTP server on this machine's loopback address that lets in who has the token, and hands on what
// came in whole. It says no quickly, keeps nothing of what it refuses, and never lets a flood reach those who are served.
// Not here: what the messages mean (endpoint.ts), and who may come in (guard.ts).
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Clock, Millis } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { Log } from '../runtime/ports.ts';
import { DoorConnections } from './doorConnections.ts';
import { DoorGarbage, type Garbage, garbageOf } from './doorGarbage.ts';
import { DoorListeners, type Listened } from './doorListeners.ts';
import { DoorRequests, type HealthAnswers } from './doorRequests.ts';
import type { Refused } from './doorWords.ts';
import { type Listener, meetListener } from './keeperMeeting.ts';
import { keptHeader } from './keeperWords.ts';
import type { McpHandler } from './mcpRequest.ts';
import { endWith } from './reply.ts';

export interface DoorLimits {
  readonly maxBodyBytes: number;
  readonly maxConnections: number;
  readonly maxHeaderBytes: number;
  readonly headersTimeout: Millis;
  /** For a whole request, its body included. */
  readonly requestTimeout: Millis;
  /** How often both are looked after. */
  readonly checkEvery: Millis;
}

/** What is not a setting. */
export const usualLimits: Omit<DoorLimits, 'maxBodyBytes' | 'maxConnections'> = {
  maxHeaderBytes: 16 * 1024,
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  checkEvery: 1_000,
};

export interface DoorPorts {
  readonly token: string;
  readonly limits: DoorLimits;
  readonly handle: McpHandler;
  readonly health: HealthAnswers;
  /** Whether no other gateway wants this port, so that two lives of this one may listen there for a moment. */
  readonly mayShare: (port: number) => boolean;
  /** Somebody else may take what comes to a port, and bring it. */
  readonly porter?: Porter;
  /** A connection has come. */
  readonly meet?: (socket: Socket, connections: number) => void;
  /** Answers a request that has not begun when the door closes. */
  readonly sayGoodbye: (response: ServerResponse) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who takes what comes to a port, so that no connection dies with this process. */
export interface Porter {
  /** Before it is listened at. `wasKept`: by one of an earlier life, which waits. */
  prepare(wasKept: boolean): Promise<void>;
  /** It is listened at. */
  take(door: Door, port: number): Promise<void>;
  /** The one of an earlier life has left. */
  settled(): void;
}

/** Where the door is. `instead`: it was wanted elsewhere. `code`: the system's, for why it is not there (wording/port.ts). */
export type DoorPlace =
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly code: string }
  | {
      readonly kind: 'open';
      readonly port: number;
      /** All that are listened at: an earlier one serves on when the wanted one was taken later. */
      readonly ports: readonly number[];
      readonly instead: { readonly wanted: number; readonly code: string } | null;
    };

/** Why something was refused, for the count of it. */
export type Denied = Refused | Garbage | 'turned-away' | 'pipelined';

const nobody: Listener = { kind: 'nobody' };

export class Door implements Disposable {
  readonly #ports: DoorPorts;
  readonly #place = new Source<DoorPlace>({ kind: 'closed' });
  readonly #connections: DoorConnections;
  readonly #garbage: DoorGarbage;
  readonly #requests: DoorRequests;
  readonly #listeners: DoorListeners;
  readonly #denied = new Map<Denied, number>();
  #stopping = false;

  constructor(ports: DoorPorts) {
    this.#ports = ports;
    this.#connections = new DoorConnections(() => ports.limits.maxConnections);
    this.#garbage = new DoorGarbage(ports.clock);
    const deny = (why: Denied): void => this.#count(why);
    this.#requests = new DoorRequests(ports, this.#connections, deny);
    this.#listeners = new DoorListeners(ports.limits, {
      request: (request, response) => this.#take(request, response, false),
      asking: (request, response) => this.#take(request, response, true),
      connection: (socket) => this.#enter(socket),
      garbage: (error, socket) => this.#refuse(error, socket),
      trouble: ({ message }) => ports.log.warn(`The gateway's listener reports: ${message}`),
    });
  }

  get place(): Signal<DoorPlace> {
    return this.#place;
  }

  /** How often what was refused, since the door was opened. */
  get denied(): ReadonlyMap<Denied, number> {
    return this.#denied;
  }

  /** Connections that were dropped to make room for others. */
  get dropped(): number {
    return this.#connections.dropped;
  }

  /** Connections that stand now. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Listens at the wanted port, or at a free one while that cannot be had; 0 wants any. */
  async open(wanted: number): Promise<DoorPlace> {
    const first = await this.#listen(wanted);
    const second =
      first.kind === 'refused' && wanted !== 0 ? await this.#listeners.listen(0, true) : first;
    if (second.kind === 'refused') {
      this.#become({ kind: 'failed', code: second.code });
    } else {
      const instead = first.kind === 'refused' ? { wanted, code: first.code } : null;
      this.#become({ kind: 'open', port: second.port, ports: this.#listeners.ports, instead });
    }
    return this.#place.value;
  }

  /**
   * Listens at one more port, which from then on is the one to tell others: for a window that inherits the stable port of a
   * workspace. Whoever uses the former one goes on there. False while the port is taken.
   */
  async tryPort(port: number): Promise<boolean> {
    if (this.#listeners.ports.includes(port)) return true;
    const listened = await this.#listen(port);
    if (listened.kind === 'refused') return false;
    this.#become({ kind: 'open', port, ports: this.#listeners.ports, instead: null });
    return true;
  }

  /** Whoever listens at its ports, and may give that to another process. */
  get listeners(): DoorListeners {
    return this.#listeners;
  }

  /** Nobody new comes in here from now on; whoever is in is served. */
  letGo(): void {
    this.#listeners.close();
  }

  /**
   * Ends in order: nobody new comes in, open answers are ended where they are (a stream is resumed elsewhere, or later), and
   * after `limit` whatever still stands is cut.
   */
  async stop(limit: Millis): Promise<void> {
    this.#stopping = true;
    this.#listeners.close();
    // What came while this process was at its last work is read, and told where to go, before the connection that brought it ends.
    await setImmediate();
    for (const response of this.#connections.retire()) this.#bid(response);
    await new Promise<void>((resolve) => {
      const timer = this.#ports.clock.after(limit, resolve);
      this.#connections.onEmpty(() => {
        timer.dispose();
        resolve();
      });
    });
    this.dispose();
  }

  dispose(): void {
    this.#stopping = true;
    this.#listeners.dispose();
    this.#connections.destroyAll();
    this.#become({ kind: 'closed' });
  }

  /** Where a keeper of an earlier life holds the port, it leaves: when we listen, if two can, so that nobody comes in vain. */
  async #listen(port: number): Promise<Listened> {
    const { token, log, mayShare, porter } = this.#ports;
    const isShared = port === 0 || mayShare(port);
    const before = port === 0 ? nobody : await meetListener(port, token);
    if (before.kind === 'other') return { kind: 'refused', code: 'EADDRINUSE' };
    await porter?.prepare(before.kind === 'keeper');
    const first = await this.#listenWithPorter(port, isShared);
    if (before.kind === 'keeper' && (await before.leave()))
      log.info('The port was kept; whoever waited at it comes in now.');
    const isFree = first.kind === 'refused' && before.kind === 'keeper';
    const listened = isFree ? await this.#listenWithPorter(port, isShared) : first;
    porter?.settled();
    return listened;
  }

  async #listenWithPorter(port: number, isShared: boolean): Promise<Listened> {
    const listened = await this.#listeners.listen(port, isShared);
    if (listened.kind === 'listening') await this.#ports.porter?.take(this, listened.port);
    return listened;
  }

  #become(place: DoorPlace): void {
    if (this.#stopping && place.kind !== 'closed') return;
    if (this.#place.value.kind === 'closed' && place.kind === 'closed') return;
    this.#place.set(place);
  }

  /** Ends one answer; what had not begun is told to come again. */
  #bid(response: ServerResponse): void {
    const { socket } = response;
    if (response.headersSent) endWith(response, []);
    else this.#ports.sayGoodbye(response);
    // Without this a connection that its client keeps open would be waited for.
    response.once('close', () => socket?.destroy());
  }

  #enter(socket: Socket): void {
    if (this.#connections.enter(socket)) return this.#ports.meet?.(socket, this.connections);
    this.#count('turned-away');
    this.#garbage.turnAway(socket);
  }

  #take(request: IncomingMessage, response: ServerResponse, isAsking: boolean): void {
    const begun = this.#connections.begin(request.socket, response);
    if (begun === 'too-many') {
      // Its turn to be answered would come only after all the others; the connection is of no use to anybody.
      this.#count('pipelined');
      request.socket.destroy();
    }
    if (begun !== 'begun') return;
    // A keeper brings one request along a connection, and can go when it is answered.
    if (keptHeader in request.headers) response.setHeader('Connection', 'close');
    this.#requests.take(request, response, isAsking);
  }

  #refuse(error: Error, socket: Socket): void {
    const garbage = garbageOf(error);
    const isAnswering = this.#connections.openOn(socket).some(({ headersSent }) => headersSent);
    if (this.#garbage.refuse(socket, garbage, isAnswering)) this.#count(garbage);
  }

  /** Only the first of each kind is logged: who floods the door must not flood the log. */
  #count(why: Denied): void {
    const before = this.#denied.get(why) ?? 0;
    this.#denied.set(why, before + 1);
    if (before === 0) {
      this.#ports.log.info(
        `The gateway refused a request (${why}). More of them are counted only.`,
      );
    }
  }
}
