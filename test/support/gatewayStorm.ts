// Eight callers of one agent who never rest, and a killer: the server behind the gateway, or the gateway itself, is killed
// at random moments of their calls and comes back at once. Every call is written down with what its caller was told, and
// held against the server's ledger afterwards. Not here: who the agent is (gatewayAgents.ts, gatewayStdioAgents.ts).
import { setTimeout as delay } from 'node:timers/promises';
import { type Chance, chanceOf } from '../chaos/chance.ts';
import { type Asked, keyOf, type Made, type Reckoning, reckon } from '../chaos/ledger.ts';
import type { Agent } from './gatewayAgents.ts';
import { fetchableIn } from './gatewayJournal.ts';
import { type GatewayProcess, startGateway } from './gatewayProcess.ts';
import { type Upstream, type UpstreamKind, upstreams } from './gatewayUpstreams.ts';

/** `reload`: the gateway is ended in order and started again, as with the window that it lives in. */
export type Victim = 'server' | 'gateway' | 'reload';

/** What befalls whom, in words. */
export const endings: Readonly<Record<Victim, string>> = {
  server: 'the server is killed',
  gateway: 'the gateway is killed',
  reload: 'the gateway ends in order',
};

export interface GatewayStorm {
  readonly upstream: UpstreamKind;
  readonly victim: Victim;
  readonly kills: number;
  readonly seed: number;
  /**
   * Whether every call that a death of the gateway met is answered before the next one: for clients that come back for an
   * answer so few times that deaths in a row would be too much for them, whatever the gateway does.
   */
  readonly isGentle: boolean;
  /** Whether the client waits for a gateway that is away, so that it owes every call an answer of ours. */
  readonly waitsForDoor: boolean;
  connect(gateway: GatewayProcess, server: string): Promise<Agent>;
}

export interface Outcome {
  readonly reckoning: Reckoning;
  /** Every promise that was broken; empty when the storm was survived. */
  readonly violations: readonly string[];
  /** Calls that were under way when the gateway was killed, and whose answers it had to fetch afterwards. */
  readonly fetched: number;
  /** How often the client came back for the rest of an answer. */
  readonly resumptions: number;
}

const callers = 8;
/** With its keeper, so that a request which meets the death of a gateway waits for the next; elsewhere that is nobody's broken promise. */
const sharesConnections = process.platform !== 'win32';
const serverName = 'ledger';
/** Beyond every deadline below and that of our bridge, and still within the minute after which some agents give up. */
const patience = 58_000;
/** From the start of a call; some kills come before it is written, some during its answer, some after. */
const killWithin = 30;
/** How long a gateway may stay away: less than the `retry` that it told its clients. */
const awayWithin = 400;

/** Whatever would only make the storm slow, or end it, is made small, or large. */
const settings = {
  'backoff.delays': [0, 50, 100, 100, 100, 100, 100, 100],
  'backoff.localCap': 100,
  'backoff.stableAfter': 0,
  'crashLoop.exits': 100,
  'crashLoop.within': 1000,
  'health.reconnectingLocal': 100,
  // Longer than a restart takes, so that whatever waits, and whatever a fault would repeat, runs afterwards.
  'calls.holdBudget': 10_000,
  'calls.patientHoldBudget': 10_000,
};

type Wanted = Asked & { readonly answer: string };
/** What became of it. */
type Told = Pick<Made, 'told' | 'words'>;

const wantedOf = (number: number, chance: Chance, longest: number): Wanted => {
  const text = `call ${number}`;
  const dice = chance.roll();
  if (dice < 0.2) return { tool: 'echo', args: { text }, mayRepeat: true, answer: text };
  if (dice < 0.6)
    return { tool: 'append', args: { text }, mayRepeat: false, answer: `appended ${text}` };
  // The fraction makes each of its kind: the tool takes no text.
  const ms = 20 + chance.below(longest - 20) + number / 2 ** 20;
  return { tool: 'slow', args: { ms }, mayRepeat: false, answer: `slept ${ms}` };
};

/** Fetch hides what has happened in its cause. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error
    ? `${String(error)} (${error.cause.message})`
    : String(error);

class Raging {
  readonly made: Made[] = [];
  readonly #agent: Agent;
  readonly #longest: number;
  readonly #chance: Chance;
  /** Whether a call that finds no gateway is the gateway's fault. */
  readonly #mayBeAway: boolean;
  readonly #mayBreak: boolean;
  readonly #open = new Set<Promise<unknown>>();
  #number = 0;
  #answered = 0;
  #isOver = false;
  /** When a dying gateway was last seen to be gone. Until the system has cleared it away its connections look alive. */
  #goneAt = Infinity;

  /** `longest`: of a call, in milliseconds. */
  constructor(agent: Agent, chance: Chance, mayBeAway: boolean, longest: number) {
    this.#longest = longest;
    this.#agent = agent;
    this.#chance = chance;
    this.#mayBeAway = mayBeAway;
    this.#mayBreak = mayBeAway && !sharesConnections;
  }

  /** Kills so often, each time in the middle of calls; resolves when every caller has heard what became of its last call. */
  async rage(
    kills: number,
    isGentle: boolean,
    kill: (chance: Chance, gone: () => void) => Promise<boolean>,
  ): Promise<void> {
    const mouths = Array.from({ length: callers }, () => this.#callOn(this.#newChance()));
    const chance = this.#newChance();
    try {
      for (let done = 0; done < kills;) {
        await this.#untilMore(() => this.#answered, 'an answer');
        await this.#untilMore(() => this.#number, 'a call');
        await delay(chance.below(killWithin));
        const met = [...this.#open];
        this.#goneAt = Infinity;
        if (await kill(chance, () => (this.#goneAt = performance.now()))) done += 1;
        if (isGentle) await Promise.all(met);
      }
      // The last kill must be survived too.
      await this.#untilMore(() => this.#answered, 'an answer');
    } finally {
      this.#isOver = true;
      await Promise.all(mouths);
    }
  }

  #newChance(): Chance {
    return chanceOf(this.#chance.below(2 ** 32));
  }

  async #callOn(chance: Chance): Promise<void> {
    while (!this.#isOver) {
      const { answer, ...call } = wantedOf(this.#number++, chance, this.#longest);
      const from = performance.now();
      const asked = this.#ask(call, answer, from);
      this.#open.add(asked);
      const heard = await asked;
      this.#open.delete(asked);
      if (heard.told === 'ok') this.#answered += 1;
      this.made.push({ ...call, ...heard, waited: performance.now() - from });
      await delay(chance.below(20));
    }
  }

  async #ask({ tool, args }: Asked, answer: string, from: number): Promise<Told> {
    const heard = new AbortController();
    const called = this.#agent.call(tool, args).then(
      ({ text, isError, outcome }): Told => {
        if (outcome !== null) return { told: outcome, words: text };
        if (isError) return { told: 'rejected', words: text };
        return { told: text === answer ? 'ok' : 'wrong', words: text };
      },
      (error: unknown) => ({ told: this.#judge(error, from), words: reasonOf(error) }),
    );
    const hung = delay(patience, { told: 'hung', words: 'no answer' } as const, {
      signal: heard.signal,
    }).catch(() => ({ told: 'hung', words: 'no answer' }) as const);
    const said = await Promise.race([called, hung]);
    heard.abort();
    return said;
  }

  /** A gateway that ends in order says so of what it does not take any more. */
  #judge(error: unknown, from: number): 'unheard' | 'rejected' | 'not-run' {
    if (this.#mayBeAway && /The gateway is restarting/.test(String(error))) return 'not-run';
    const isBroken = /fetch failed|ECONNREFUSED|socket/i.test(String(error));
    return isBroken && this.#mayBreak && from < this.#goneAt ? 'unheard' : 'rejected';
  }

  async #untilMore(count: () => number, what: string): Promise<void> {
    const from = count();
    const limit = performance.now() + 2 * patience;
    while (count() <= from) {
      if (performance.now() > limit) throw new Error(`Nobody saw ${what} in ${2 * patience} ms.`);
      await delay(5);
    }
  }
}

/** `gone`: called when nothing of this life can change any more. */
const endGateway = async (
  gateway: GatewayProcess,
  isOrderly: boolean,
  chance: Chance,
  gone: () => void,
): Promise<boolean> => {
  if (!isOrderly) await gateway.kill9();
  else if (!(await gateway.shutDown())) throw new Error('The gateway did not end in order.');
  gone();
  await delay(chance.below(awayWithin));
  await gateway.start();
  return true;
};

/** What a client may not notice at all while only servers die, and what it must keep whatever dies. */
const complaints = (agent: Agent, session: string | undefined, victim: string): string[] => {
  const said = agent.trouble.filter((text) => victim === 'server' || text.includes('was closed'));
  if (agent.sessionId !== session) said.push('The session id changed.');
  const hellos = agent.wire?.count('initialize') ?? 1;
  if (hellos !== 1) said.push(`The client said hello ${hellos} times.`);
  return said;
};

const rageAt = async (
  { victim, kills, seed, isGentle, waitsForDoor }: GatewayStorm,
  upstream: Upstream,
  gateway: GatewayProcess,
  agent: Agent,
): Promise<Outcome> => {
  const session = agent.sessionId;
  // Some of them longer than a gateway that ends in order waits for them.
  const longest = victim === 'reload' ? 1600 : 400;
  const mayBeAway = victim !== 'server' && !waitsForDoor;
  const raging = new Raging(agent, chanceOf(seed), mayBeAway, longest);
  const violations: string[] = [];
  const fetchable = new Set<string>();
  const look = (): void => {
    for (const [tool, args] of fetchableIn(gateway)) fetchable.add(keyOf(tool, args));
  };
  try {
    await raging.rage(kills, isGentle, (chance, gone) => {
      if (victim === 'server') return upstream.kill();
      return endGateway(gateway, victim === 'reload', chance, () => {
        gone();
        look();
      });
    });
  } catch (error) {
    violations.push(`${String(error)}\n${gateway.output.slice(-4000)}`);
  }
  const reckoning = reckon(raging.made, upstream.ledger());
  const forgotten = raging.made.filter(
    ({ tool, args, told }) => told !== 'ok' && fetchable.has(keyOf(tool, args)),
  );
  violations.push(
    ...reckoning.violations,
    ...forgotten.map((call) => `Its answer could be fetched: ${JSON.stringify(call)}`),
    ...complaints(agent, session, victim),
  );
  return {
    reckoning,
    violations,
    fetched: fetchable.size - forgotten.length,
    resumptions: agent.wire?.resumptions.length ?? 0,
  };
};

/** Rages, and compares. Everything that it started has ended afterwards. */
export const gatewayStorm = async (storm: GatewayStorm): Promise<Outcome> => {
  const upstream = await upstreams[storm.upstream]();
  try {
    const gateway = await startGateway({
      servers: { [serverName]: upstream.entry },
      settings,
      args: ['--trust', '--restarts'],
    });
    try {
      const agent = await storm.connect(gateway, serverName);
      try {
        await agent.listTools();
        return await rageAt(storm, upstream, gateway, agent);
      } finally {
        await agent.close();
      }
    } finally {
      await gateway.stop();
    }
  } finally {
    await upstream.stop();
  }
};

/** One line of figures. */
export const describeOutcome = (name: string, kills: number, outcome: Outcome): string => {
  const { calls, told, unknownThatRan, longest } = outcome.reckoning;
  return (
    `${name}: ${kills} kills, ${calls} calls: ${told.ok} ok, ${told['not-run']} not run, ` +
    `${told.unknown} unknown (${unknownThatRan} of them ran), ${told.unheard} not taken, ` +
    `${told.hung} hung, ${outcome.fetched} fetched from the server, ` +
    `${outcome.resumptions} streams resumed, longest wait ${longest} ms, ` +
    `${outcome.violations.length} violations`
  );
};
