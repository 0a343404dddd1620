// The gateway as a whole: the door, the sessions behind it, health, and our own MCP server, put together. Its URL is what the
// product is for: it stays where it is, whatever happens to the servers and to this process.
// Not here: decisions. Who comes in is the door's, what is answered the endpoint's.
import { randomUUID } from 'node:crypto';
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import { inEnglish } from '../core/wording/english.ts';
import { describeNoPort, describeRefusedPort } from '../core/wording/port.ts';
import type { Say } from '../core/wording/say.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';
import type { ServerDirectory } from '../runtime/clients.ts';
import type { Away, DoorStore, EventLog, GatewaySessionStore } from '../runtime/gatewayPorts.ts';
import type { Log } from '../runtime/ports.ts';
import type { FleetWatch } from '../runtime/watch.ts';
import { cameBack, comeBackAfter } from './absence.ts';
import { Door, type DoorPlace, usualLimits } from './door.ts';
import { createEndpoint } from './endpoint.ts';
import { healthAnswers, type HealthPorts } from './health.ts';
import { type HealthReport, reportHealth } from './healthReport.ts';
import { withOwnServer } from './ownServer.ts';
import { createHealthTool, type HealthTool } from './ownServerTool.ts';
import { Leaving } from './leaving.ts';
import type { KeeperWish } from './portKeeper.ts';
import { Sessions, type SessionView } from './sessions.ts';
import { OpenStreams, usualBeat } from './streams.ts';

export interface GatewayPorts {
  /** Of the workspace; the same in every life. */
  readonly token: string;
  readonly version: string;
  readonly directory: ServerDirectory;
  readonly fleet: FleetWatch;
  /** What was written down, for the health report; without one it tells of the present only. */
  readonly chronicle?: ChronicleReader;
  readonly events: EventLog;
  readonly sessions: GatewaySessionStore;
  readonly door: DoorStore;
  readonly settings: () => Pick<Settings, 'gateway' | 'sessionTtl'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Takes credentials and the user's home out of a text. */
  readonly clean: (text: string) => string;
  /** What clients are told to wait before they come back, as long as no absence was measured. */
  readonly comeBackAfter?: Millis;
  /** Keeps the port while this gateway is away; without one, whoever calls meanwhile is refused. */
  readonly keeper?: KeeperWish;
  /** How often every open stream shows a sign of life, where it is not the usual. */
  readonly beat?: Millis;
}

/** A supervisor starts a program again at once. */
const usualAbsence: Millis = 2000;
/** A window that reloads lets go of its port a moment after the next one wants it; another program may never. */
const firstAskAgain: Millis = 250;
const lastAskAgain: Millis = 15_000;
const goodbyeLimit: Millis = 1500;
/** Within it what was just sent is answered, or has a cursor by which the next life asks for its answer. */
const lastWord: Millis = 100;
/** And where nobody is refused meanwhile, so long for calls that run to end: many a server keeps no answer for whoever comes later. */
const lastCalls: Millis = 1000;
const lookEvery: Millis = 20;

export class Gateway implements Disposable {
  readonly #ports: GatewayPorts;
  readonly #store = new Store();
  readonly #streams: OpenStreams;
  readonly #sessions: Sessions;
  readonly #door: Door;
  readonly #startedAt: Millis;
  readonly #reclaim = this.#store.add(new Mutable<Disposable>());
  /** Of this life: another one after every start. */
  readonly instanceId = randomUUID();
  /** The answer to `session_health_check`, for our own server and the editor's tool. */
  readonly healthTool: HealthTool;
  readonly #leaving: Leaving;
  #isStopping = false;
  /** Of the lives before; this one's end is written down when it comes. */
  #away: Away = { endedAt: null, absences: [] };
  #isFound = false;

  constructor(ports: GatewayPorts) {
    this.#ports = ports;
    const { clock, log, events } = ports;
    this.#startedAt = clock.steady();
    this.healthTool = createHealthTool({
      // For models, which read English whatever the user does.
      report: (server) => this.report(server, inEnglish),
      names: () => ports.directory.names.value,
      say: inEnglish,
    });
    const own = { tool: this.healthTool, version: ports.version, now: () => clock.now() };
    const streams = new OpenStreams(clock, ports.beat ?? usualBeat, () => this.#sessions.sweep());
    this.#streams = this.#store.add(streams);
    this.#sessions = this.#store.add(
      new Sessions({
        directory: withOwnServer(ports.directory, own),
        log: events,
        clock,
        streams,
        comeBackAfter: () => comeBackAfter(this.#away, ports.comeBackAfter ?? usualAbsence),
        store: ports.sessions,
        limits: () => {
          const { gateway, sessionTtl } = ports.settings();
          return { ...gateway, ttl: sessionTtl };
        },
        report: log,
      }),
    );
    this.#leaving = this.#store.add(this.#makeLeaving());
    this.#door = this.#store.add(this.#makeDoor());
  }

  /** Clients' sessions, for views: no ids. */
  get sessions(): Signal<readonly SessionView[]> {
    return this.#sessions.views;
  }

  get place(): Signal<DoorPlace> {
    return this.#door.place;
  }

  /** Responses that are open now. */
  get openStreams(): number {
    return this.#streams.size;
  }

  /** Where a server is found, while the gateway is open. `{name}` as the name makes a template. */
  url(server: string): string | null {
    const place = this.place.value;
    if (place.kind !== 'open') return null;
    const name = server === '{name}' ? server : encodeURIComponent(server);
    return `http://127.0.0.1:${place.port}/mcp/${name}`;
  }

  /** Opens where the last life was, or where the settings want it. A port that is taken is asked for again and again. */
  async open(): Promise<void> {
    const { door, settings } = this.#ports;
    const wanted = settings().gateway.port || (door.loadPort() ?? 0);
    const place = await this.#door.open(wanted);
    if (place.kind === 'failed') this.#ports.log.error(describeNoPort(place.code, inEnglish));
    if (place.kind !== 'open') return;
    if (place.instead) this.#keepAsking(wanted, place.instead.code);
    else this.#found(place.port);
  }

  /** Listens at one more port, which is the one to tell from then on: for a window that inherits another one's place. */
  async takePort(port: number): Promise<boolean> {
    const taken = await this.#door.tryPort(port);
    if (taken) this.#found(port);
    return taken;
  }

  /** `say`: the language of whoever asks. */
  report(server: string | undefined, say: Say): Promise<HealthReport | undefined> {
    const { events: log, chronicle } = this.#ports;
    const denied = (): Door['denied'] => this.#door.denied;
    const past = chronicle && { chronicle };
    return reportHealth({ ...this.#health(), ...past, log, denied, say }, server);
  }

  /** Forgets the sessions of programs that do not use it now. Returns how many there were. */
  forgetResting(): number {
    return this.#sessions.forgetResting();
  }

  /**
   * Ends this life in order: every stream ends where it is, to be resumed in the next. `comesBack`: where that may be soon, the port is
   * kept, and whoever calls meanwhile waits for it.
   */
  async stop({ comesBack } = { comesBack: false }): Promise<void> {
    const isKept = comesBack && (await this.#leaving.leavePort(this.#door));
    if (!isKept) this.#leaving.giveUp();
    this.#isStopping = true;
    await this.#hearOut(isKept);
    // First, so that every call on its way has its cursor: the door tells whatever has not begun to come again, and a call that
    // comes again under another id would run twice.
    this.#sessions.stop();
    const { door, clock } = this.#ports;
    if (this.#isFound) door.saveAway({ ...this.#away, endedAt: clock.now() });
    await this.#door.stop(goodbyeLimit);
    this.#leaving.end();
    this.dispose();
  }

  dispose(): void {
    this.#isStopping = true;
    this.#store.dispose();
  }

  #found(port: number): void {
    const { door, clock } = this.#ports;
    this.#reclaim.value = undefined;
    door.savePort(port);
    this.#away = cameBack(door.loadAway(), clock.now());
    this.#isFound = true;
    door.saveAway(this.#away);
    this.#ports.log.info(`The gateway listens at ${this.url('{name}') ?? 'no port'}.`);
  }

  async #hearOut(isKept: boolean): Promise<void> {
    const { clock } = this.#ports;
    const since = clock.steady();
    // A connection that has just come brings its request in this time, and is sent to the keeper with it.
    if (isKept || this.#sessions.isBusy) await sleep(clock, lastWord);
    while (isKept && this.#sessions.isBusy && clock.steady() - since < lastCalls)
      await sleep(clock, lookEvery);
  }

  #makeLeaving(): Leaving {
    const { keeper, token, clock, log, settings } = this.#ports;
    if (!keeper) return new Leaving(null);
    const terms = () => {
      const { keepPort: holdFor, maxConnections } = settings().gateway;
      return { holdFor, maxConnections };
    };
    return new Leaving({ wish: keeper, token, clock, log, terms });
  }

  #keepAsking(wanted: number, code: string): void {
    const reason = describeRefusedPort(code, inEnglish);
    this.#ports.log.warn(
      `The gateway's port ${wanted} cannot be had (${reason}). Clients that know it wait until it is free again.`,
    );
    this.#askAgain(wanted, firstAskAgain);
  }

  #askAgain(wanted: number, pause: Millis): void {
    this.#reclaim.value = this.#ports.clock.after(pause, () => {
      this.takePort(wanted).then(
        (taken) => {
          if (!taken) this.#askAgain(wanted, Math.min(2 * pause, lastAskAgain));
        },
        (error: unknown) =>
          this.#ports.log.error(`The port could not be asked for: ${String(error)}`),
      );
    });
  }

  #makeDoor(): Door {
    const { token, clock, log, settings } = this.#ports;
    const leaving = this.#leaving;
    const { sayGoodbye } = leaving;
    const handle = createEndpoint(this.#sessions);
    return new Door({
      token,
      clock,
      log,
      limits: {
        ...usualLimits,
        get maxBodyBytes() {
          return settings().gateway.maxBodyBytes;
        },
        get maxConnections() {
          return settings().gateway.maxConnections;
        },
      },
      handle: (request, response) => {
        if (this.#isStopping) return sayGoodbye(response);
        leaving.serve(this.#door, request.headers.entry, response.socket);
        handle(request, response);
      },
      // One of the settings may be wanted by several windows; that of a workspace is its own.
      mayShare: (port) => settings().gateway.port !== port,
      porter: leaving,
      meet: (socket, connections) => leaving.meet(socket, connections),
      sayGoodbye,
      health: healthAnswers(this.#health()),
    });
  }

  #health(): HealthPorts {
    const { version, fleet, events, clock, clean } = this.#ports;
    const { instanceId } = this;
    const startedAt = this.#startedAt;
    const sessions = (server?: string) => {
      const isMeant = (view: SessionView): boolean =>
        server === undefined || view.server === server;
      const views = this.#sessions.views.value.filter(isMeant);
      return { total: views.length, connected: views.filter(({ connected }) => connected).length };
    };
    const gateway = { version, instanceId, startedAt, sessions };
    const place = (): Signal<DoorPlace> => this.#door.place;
    return {
      gateway: {
        ...gateway,
        // Asked for only when the door is there, which is made with this.
        get place() {
          return place();
        },
      },
      fleet,
      store: events.status,
      clock,
      clean,
    };
  }
}
