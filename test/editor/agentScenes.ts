// What happens to an agent's calls when a server breaks, one scene per way of breaking. Each runs alike on a server that the
// editor reaches directly and on one that it reaches through Lifeline. Not here: judging what came of it.
import { setTimeout as delay } from 'node:timers/promises';
import type { RestartableOptions, RestartableServer } from '../support/restartableServer.ts';
import { until } from '../vscode/waiting.ts';
import type { Outcome } from './agent/messages.ts';

/** A server as the agent in the editor has it. */
export interface Subject {
  readonly server: RestartableServer;
  call(tool: string, input: object, limit: number): Promise<Outcome>;
  /** Its tools as the agent is offered them now, by the server's own names. */
  tools(): Promise<readonly string[]>;
}

export interface Findings {
  readonly outcomes: readonly Outcome[];
  /** How often the tool in question was executed, by the server's own word. */
  readonly executed: number;
}

export interface Scene {
  readonly name: string;
  readonly options?: RestartableOptions;
  /** What is called changes something, so that it matters how often it ran. */
  readonly isWrite?: true;
  /** It is about what the agent is offered, not about a call. */
  readonly isListing?: true;
  readonly play: (subject: Subject) => Promise<Findings>;
}

const moment = 10_000;
/** An agent's patience; a call without an answer by then counts as hanging. */
const long = 60_000;

const timesExecuted = ({ server }: Subject, tool: string): number =>
  server.ledger().filter(({ name }) => name === tool).length;

const begun = (subject: Subject, tool: string): Promise<unknown> =>
  until(`${tool} has begun`, moment, () => timesExecuted(subject, tool) > 0);

const restartThenCall = async (subject: Subject): Promise<Findings> => {
  await subject.server.process.restart();
  const first = await subject.call('echo', { text: 'first' }, moment);
  const second = await subject.call('echo', { text: 'second' }, moment);
  return { outcomes: [first, second], executed: timesExecuted(subject, 'echo') };
};

const callWhileDown =
  (downFor: number) =>
  async (subject: Subject): Promise<Findings> => {
    const { process } = subject.server;
    await process.kill9();
    const call = subject.call('append', { text: 'while down' }, long);
    await delay(downFor);
    process.start();
    return { outcomes: [await call], executed: timesExecuted(subject, 'append') };
  };

/** A model thinks between two calls, or all of them would fall into the moment in which the server is down. */
const thinking = 200;

/** Six calls after each kill, while the server is coming up again. */
const callsUnderRestarts =
  (restarts: number) =>
  async (subject: Subject): Promise<Findings> => {
    const outcomes: Outcome[] = [];
    for (let restart = 0; restart < restarts; restart += 1) {
      await subject.server.process.kill9();
      subject.server.process.start();
      for (let call = 0; call < 6; call += 1) {
        outcomes.push(await subject.call('append', { text: `${restart}.${call}` }, moment));
        await delay(thinking);
      }
      await subject.server.process.waitListening();
    }
    return { outcomes, executed: timesExecuted(subject, 'append') };
  };

const expireThenCall = async (subject: Subject): Promise<Findings> => {
  await subject.server.expire();
  const outcome = await subject.call('append', { text: 'after' }, moment);
  return { outcomes: [outcome], executed: timesExecuted(subject, 'append') };
};

const killMidCall = async (subject: Subject): Promise<Findings> => {
  const call = subject.call('slow', { ms: 4_000 }, long);
  await begun(subject, 'slow');
  await subject.server.process.restart();
  return { outcomes: [await call], executed: timesExecuted(subject, 'slow') };
};

const cutMidCall = async (subject: Subject): Promise<Findings> => {
  const call = subject.call('slow', { ms: 3_000 }, long);
  await begun(subject, 'slow');
  await subject.server.cut('rst', 'post');
  return { outcomes: [await call], executed: timesExecuted(subject, 'slow') };
};

/** The other call is what makes a client repeat all that it has pending. */
const writeBesideOthers = async (subject: Subject): Promise<Findings> => {
  const write = subject.call('slow', { ms: 4_000 }, long);
  await begun(subject, 'slow');
  await subject.server.process.restart();
  await subject.call('echo', { text: 'beside' }, moment);
  const outcome = await write;
  return { outcomes: [outcome], executed: timesExecuted(subject, 'slow') };
};

const blackHole = async (subject: Subject): Promise<Findings> => {
  await subject.server.freeze(true);
  const outcome = await subject.call('append', { text: 'into the dark' }, long);
  await subject.server.freeze(false);
  return { outcomes: [outcome], executed: timesExecuted(subject, 'append') };
};

/** When a list of tools has what is looked for. */
const appears = async (subject: Subject, tool: string, limit: number): Promise<Outcome> => {
  const began = performance.now();
  const past = (): number => Math.round(performance.now() - began);
  const seen = until(tool, limit, async () => (await subject.tools()).includes(tool));
  return seen.then(
    (): Outcome => ({ kind: 'answered', text: tool, ms: past() }),
    (): Outcome => ({ kind: 'hangs', ms: past() }),
  );
};

const changeTools = async (subject: Subject): Promise<Findings> => {
  await subject.server.process.restart({ TOOLS: 'brand_new' });
  return { outcomes: [await appears(subject, 'brand_new', moment)], executed: 0 };
};

/** For a server that was down when its client first looked for it. */
const comesUpLater = async (subject: Subject): Promise<Findings> => {
  subject.server.process.start();
  await subject.server.process.waitListening();
  return { outcomes: [await appears(subject, 'echo', 30_000)], executed: 0 };
};

/** What the name promises: the scene begins with a server that is down. */
export const lateScene: Scene = {
  name: 'server down when VS Code starts it, up later',
  isListing: true,
  play: comesUpLater,
};

export const scenes = {
  restart404: { name: 'restart, stale session answered 404', play: restartThenCall },
  restart503: {
    name: 'restart, stale session answered 503',
    options: { stale: '503' },
    play: restartThenCall,
  },
  restart200: {
    name: 'restart, stale session answered 200 with an error',
    options: { stale: '200-error' },
    play: restartThenCall,
  },
  expired: { isWrite: true, name: 'session expired', play: expireThenCall },
  outage: {
    isWrite: true,
    name: 'call while the server is down for 20 s',
    play: callWhileDown(20_000),
  },
  shortOutage: {
    isWrite: true,
    name: 'call while the server is down for 3 s',
    play: callWhileDown(3_000),
  },
  restarts: { isWrite: true, name: '10 restarts under 60 calls', play: callsUnderRestarts(10) },
  killed: { isWrite: true, name: 'server killed in the middle of a call', play: killMidCall },
  cut: { isWrite: true, name: 'answer stream cut in the middle of a call', play: cutMidCall },
  cutResumable: {
    isWrite: true,
    name: 'the same, on a server that keeps events',
    options: { events: 'memory' },
    play: cutMidCall,
  },
  pendingWrite: {
    isWrite: true,
    name: 'pending write, restart, another call',
    play: writeBesideOthers,
  },
  blackHole: { isWrite: true, name: 'server accepts and never answers', play: blackHole },
  toolsChanged: { isListing: true, name: 'other tools after a restart', play: changeTools },
} satisfies Readonly<Record<string, Scene>>;
