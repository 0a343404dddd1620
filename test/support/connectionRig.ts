// A connection with everything around it made of virtual time and a fake server, and its public life as readable lines.
import { onTestFinished } from 'vitest';
import { repeatRight } from '../../src/core/calls/replay.ts';
import type { ConnectionState, Life } from '../../src/core/connection/state.ts';
import type { RpcId } from '../../src/core/rpc.ts';
import { Connection } from '../../src/runtime/connection.ts';
import type { ConnectionSettings } from '../../src/runtime/connectionDeps.ts';
import type { Journaled } from '../../src/runtime/journalKeeper.ts';
import type { JournalStore, Log, Reach } from '../../src/runtime/ports.ts';
import { SessionMemory } from '../../src/runtime/sessionMemory.ts';
import { MemoryJournal } from '../../src/store/memoryJournal.ts';
import { byDefault, theBackoff, theCalls, theHealth } from './defaults.ts';
import { FakeClient } from './fakeClient.ts';
import { FakeDialer } from './fakeDialer.ts';
import { FakeProber } from './fakeProber.ts';
import { MemoryRecords } from './memoryRecords.ts';
import { VirtualClock } from './virtualClock.ts';

/** One state in a few words, without times of day. */
export const inWords = (state: ConnectionState, now: number): string => {
  switch (state.kind) {
    case 'ready':
      return `ready ${state.recovered}`;
    case 'degraded':
      return `degraded ${state.troubles.join(' ')}`;
    case 'reconnecting':
    case 'suspended': {
      const { phase } = state;
      const when = phase.kind === 'trying' ? 'trying' : `in ${phase.until - now}`;
      return `${state.kind} #${state.attempt} ${when}`;
    }
    case 'failed':
      return `failed ${state.failure.kind}`;
    case 'disabled':
    case 'idle':
    case 'connecting':
    case 'needs-auth':
    case 'needs-input':
    case 'crash-loop':
    case 'stopping':
    case 'stopped':
      return state.kind;
  }
};

export interface RigOptions {
  readonly settings?: Partial<ConnectionSettings>;
  /** What was kept from an earlier life. */
  readonly records?: MemoryRecords;
  readonly journal?: JournalStore;
  /** `every-request`: its client is a program at the gateway, which claims its calls itself. */
  readonly journals?: Journaled;
  /** Whether the client of a request is there; without it every one is. */
  readonly hears?: (id: RpcId) => boolean;
  readonly clock?: VirtualClock;
  readonly server?: FakeDialer;
  readonly prober?: FakeProber;
  /** Where the entry of the server is understood only before each attempt. */
  readonly settle?: Reach['settle'];
  readonly enabled?: boolean;
}

const settingsOf = (prober: FakeProber): ConnectionSettings => ({
  policy: {
    backoff: theBackoff,
    local: prober.isLocal,
    holdBudget: theCalls.holdBudget,
    notifyAfterAttempts: byDefault('notifyAfterAttempts'),
    crashLoop: { exits: byDefault('crashLoop.exits'), within: byDefault('crashLoop.within') },
  },
  health: theHealth,
  connectTimeout: byDefault('connectTimeout'),
  ledger: {
    limits: theCalls,
    holdBudget: theCalls.holdBudget,
    bytesElsewhere: 0,
    repeatRight: ({ method }) => repeatRight(method, null, false),
  },
});

const hearing = ({ hears }: RigOptions): Pick<RigOptions, 'hears'> => (hears ? { hears } : {});

const settling = ({ settle }: RigOptions): Pick<RigOptions, 'settle'> => (settle ? { settle } : {});
const chance = { random: () => 1 };

export class Rig {
  readonly clock: VirtualClock;
  readonly server: FakeDialer;
  readonly prober: FakeProber;
  readonly records: MemoryRecords;
  readonly journal: JournalStore;
  readonly connection: Connection;
  readonly client: FakeClient;
  readonly memory: SessionMemory;
  /** The states in their order, each in a few words, as a screen would see them. */
  readonly states: string[] = [];
  readonly transitions: string[] = [];
  readonly told: string[] = [];
  /** How many calls were said to be left behind, each time. */
  readonly leftBehind: number[] = [];
  readonly tasksLeft: string[] = [];
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  #lastWords = '';

  constructor(options: RigOptions = {}) {
    const { clock = new VirtualClock(), server = new FakeDialer() } = options;
    const { records = new MemoryRecords(), journal = new MemoryJournal() } = options;
    const { prober = new FakeProber(clock), journals = 'tool-calls' } = options;
    this.clock = clock;
    this.server = server;
    this.prober = prober;
    this.records = records;
    this.journal = journal;
    const about = { serverId: 'server', client: 'client', fingerprint: 'f' };
    this.memory = new SessionMemory({ store: records, clock, ...about });
    const settings = { ...settingsOf(this.prober), ...options.settings };
    this.connection = new Connection(
      {
        outside: {
          dialer: this.server,
          prober: this.prober,
          ...settling(options),
          ...chance,
          clock,
        },
        memory: this.memory,
        journal: this.journal,
        journals,
        ...hearing(options),
        settings: () => settings,
        log: this.#log,
        events: {
          transition: (from, to, cause) =>
            this.transitions.push(`${from.state.kind} > ${to.state.kind}: ${cause}`),
          tellUser: (about) => this.told.push(about),
          refusal: (life) => `The server is ${life.state.kind}.`,
          waiting: (life) => `Waiting: ${life.state.kind}`,
          leftBehind: (count) => this.leftBehind.push(count),
          taskLeft: ({ phase }) => phase.kind === 'task' && this.tasksLeft.push(phase.taskId),
        },
      },
      options.enabled ?? true,
    );
    this.connection.life.onChange((life) => this.#saw(life));
    this.client = new FakeClient(this.connection.end);
    if (options.journals !== 'every-request') this.connection.calls.restore();
    onTestFinished(() => this.connection.dispose());
  }

  get state(): string {
    return inWords(this.connection.life.value.state, this.clock.now());
  }

  /** The states since it was last asked. */
  news(): string[] {
    return this.states.splice(0);
  }

  advance(duration: number): Promise<void> {
    return this.clock.advance(duration);
  }

  /** Everything that is runnable runs; no time passes. */
  settle(): Promise<void> {
    return this.clock.advance(0);
  }

  user(kind: 'reconnect-asked' | 'new-session-asked' | 'stop-asked' | 'started'): void {
    this.connection.dispatch({ kind, at: this.clock.now() });
  }

  /** The extension ends and starts again; the server and what was stored stay. */
  async reload(more: RigOptions = {}): Promise<Rig> {
    const { clock, server, prober, records, journal } = this;
    await this.connection.shutdown();
    return new Rig({ clock, server, prober, records, journal, ...more });
  }

  readonly #log: Log = {
    debug: () => {},
    info: () => {},
    warn: (text) => void this.warnings.push(text),
    error: (text) => void this.errors.push(text),
  };

  #saw(life: Life): void {
    const words = inWords(life.state, this.clock.now());
    if (words !== this.#lastWords) this.states.push(words);
    this.#lastWords = words;
  }
}

/** No health endpoint and no port to knock at: only the backoff decides. */
export const remote = (): Required<Pick<RigOptions, 'clock' | 'prober'>> => {
  const clock = new VirtualClock();
  const prober = new FakeProber(clock);
  prober.isLocal = false;
  return { clock, prober };
};

/** A client has said hello, and the connection is ready. */
export const aReadyRig = async (
  options: RigOptions = {},
  prepare: (rig: Rig) => void = () => {},
): Promise<Rig> => {
  const rig = new Rig(options);
  prepare(rig);
  rig.client.hello();
  await rig.settle();
  return rig;
};

/** Ready for so long that trouble begins anew: the next loss is met by a try at once. */
export const aStableRig = async (
  options: RigOptions = {},
  prepare: (rig: Rig) => void = () => {},
): Promise<Rig> => {
  const rig = await aReadyRig(options, prepare);
  await rig.advance(theBackoff.stableAfter);
  rig.news();
  rig.server.news();
  rig.transitions.length = 0;
  return rig;
};
