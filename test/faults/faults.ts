// Faults as a tired engineer might make them: one line each, in the code that keeps the promises. Each must be noticed by
// a test of the unit set. Not here: planting them (run.ts).

import { keptCallFaults } from './keptCallFaults.ts';

export interface Fault {
  readonly file: string;
  /** What the fault would do to a user. */
  readonly harm: string;
  /** Occurs exactly once in the file. */
  readonly right: string;
  readonly wrong: string;
}

const inFile =
  (file: string) =>
  (harm: string, right: string, wrong: string): Fault => ({ file, harm, right, wrong });

const step = inFile('src/core/connection/step.ts');
const failing = inFile('src/core/connection/failing.ts');
const retry = inFile('src/core/connection/retry.ts');
const health = inFile('src/core/connection/health.ts');
const failure = inFile('src/core/connection/failure.ts');
const stepCalls = inFile('src/core/calls/stepCalls.ts');
const unknown = inFile('src/core/calls/unknown.ts');
const resuming = inFile('src/core/calls/resuming.ts');
const replay = inFile('src/core/calls/replay.ts');
const attempt = inFile('src/runtime/attempt.ts');
const attempts = inFile('src/runtime/attempts.ts');
const handshake = inFile('src/runtime/handshake.ts');
const caller = inFile('src/runtime/caller.ts');
const carriage = inFile('src/runtime/carriage.ts');
const progress = inFile('src/runtime/progress.ts');
const pipe = inFile('src/runtime/pipe.ts');
const pulse = inFile('src/runtime/pulse.ts');
const knocker = inFile('src/runtime/knocker.ts');
const impressions = inFile('src/runtime/impressions.ts');
const timers = inFile('src/runtime/lifeTimers.ts');
const slot = inFile('src/runtime/linkSlot.ts');
const memory = inFile('src/runtime/sessionMemory.ts');
const connection = inFile('src/runtime/connection.ts');
const fleet = inFile('src/runtime/fleet.ts');

const deciding: readonly Fault[] = [
  step('late reports count', 'event.epoch === life.epoch && expected', 'expected'),
  step('an epoch is used twice', 'const epoch = life.epoch + 1;', 'const epoch = life.epoch;'),
  step(
    'a nudge disturbs an attempt that runs',
    "return state.phase?.kind === 'waiting' ? [life, [attemptNow]] : stay(life);",
    'return [life, [attemptNow]];',
  ),
  step('the next episode is not told', 'tries: 0, told: false }, []]', 'tries: 0 }, []]'),
  step(
    'a stopped server is used again by its old session',
    "{ ...retire(life), state: { kind: 'stopped', since: at }, mustRenew: true },\n        [closeLink(true)",
    "{ ...retire(life), state: { kind: 'stopped', since: at }, mustRenew: true },\n        [closeLink(false)",
  ),
  failing('the user is told again and again', 'if (life.told) return [];', ''),
  failing('the user is told too late', 'tries >= policy.notify', 'tries > policy.notify'),
  failing('old exits count for ever', 'at - exit < policy.crashLoop.within', 'at >= exit'),
  failing(
    'a flapping server is hammered',
    'const asked = { failures: life.tries,',
    'const asked = { failures: 0,',
  ),
  failing(
    'slow probing ends',
    "{ kind: 'attempt', delay },\n      ...holdBudgetOf",
    'cease,\n      ...holdBudgetOf',
  ),
  retry(
    'Retry-After is ignored',
    'Math.max(jittered(delay, random), askedWait(failure))',
    'jittered(delay, random)',
  ),
  retry(
    'the cap does not hold',
    'Math.min(backoff.delays[failures] ?? cap, cap)',
    'backoff.delays[failures] ?? cap',
  ),
  health('a standing uptime is a restart', 'if (now < before)', 'if (now <= before)'),
  health('waking up throws the session away', 'slept ? null : elapsedSteady', 'elapsedSteady'),
  health('a dead server is noticed late', 'if (misses >= 2)', 'if (misses >= 3)'),
  health('an idle server is asked as often', 'idleFor >= settings.idleAfter', 'idleFor < 0'),
  failure(
    'a lost session is asked for again',
    "'session-lost': traits('retry', 'info', { endsSession: true,",
    "'session-lost': traits('retry', 'info', { endsSession: false,",
  ),
  unknown('a read is repeated for ever', 'hopeless || call.repeats > 0 ||', 'hopeless ||'),
  resuming('a cursor is used in another session', 'gate.session !== phase.session', 'false'),
  stepCalls(
    'held calls overtake each other',
    "kind !== 'send' || ledger.releasing !== null)",
    "kind !== 'send')",
  ),
  stepCalls(
    'a refused call is sent for ever',
    'return call.refusals > 0\n',
    'return call.refusals < 0\n',
  ),
  stepCalls('the queue takes one too many', 'length + 1 > rules', 'length > rules'),
  stepCalls(
    'a call is not answered at its deadline',
    'POSITIVE_INFINITY) <= at',
    'POSITIVE_INFINITY) < at',
  ),
  stepCalls('the server is not told of a cancel', "ledger.gate.kind === 'send';", 'false;'),
  replay('hints are believed unasked', "'tools/call' && trustsHints &&", "'tools/call' &&"),
];

const doing: readonly Fault[] = [
  attempt('late events count', 'if (life.value.epoch === epoch) report();', 'report();'),
  attempt(
    'an attempt that was given up takes the link',
    'if (signal.aborted || life.value.epoch !== epoch)',
    'if (life.value.epoch < 0)',
  ),
  attempt('questions during the handshake are lost', 'reports.flow();', ''),
  attempts('an attempt that was given up goes on', 'this.#loop?.abort();', ''),
  attempts('a wait cannot be cut short', 'if (this.#waiting) this.#arm(this.#waiting);', ''),
  attempts('a bug ends recovery', 'if (this.#delay !== null) this.#start();', ''),
  handshake(
    'a session is remembered that nobody uses',
    'signal.throwIfAborted();\n    deps.memory.opened',
    'deps.memory.opened',
  ),
  handshake(
    'a stored session is not proven',
    'if (!(await isTaken(deps, link, signal))) return await notOurs(deps, link);',
    '',
  ),
  handshake(
    'after a restart any taken session is believed',
    'return !(await isTaken(deps, link, signal));',
    'return true;',
  ),
  handshake('a failed proof is not asked for again', 'if (memory.isDoubted) return true;', ''),
  handshake(
    'what was set on a kept session is lost',
    'await restore(deps, link, deps.memory.capabilities, signal);',
    '',
  ),
  handshake(
    'the log level is lost with the session',
    'if (logLevel !== null && ',
    'if (logLevel === null && ',
  ),
  handshake('a handshake has no time limit', 'deps.limits.connect, link', '1e9, link'),
  carriage(
    'progress comes to the wrong call',
    'progressToken: upstreamId }',
    "progressToken: meta['progressToken'] }",
  ),
  carriage('cancelled calls are waited for', 'this.#waits.get(upstreamId)?.abort();', ''),
  caller(
    'ids are used twice after a reload',
    'if (usedIds) this.#deps.events.idsUsedUpTo(ledger.nextId);',
    '',
  ),
  pipe('a second answer reaches the server', 'this.#serverRequests.delete(response.id);', ''),
  pipe(
    'another client is answered from the record',
    'if (sameClient) this.welcomed();',
    'this.welcomed();',
  ),
  progress(
    'progress reaches a client that asked for none',
    "typeof token === 'number' ? token : null",
    "typeof token === 'number' ? token : ''",
  ),
  pulse(
    'a lost ping of an old link counts',
    'this.#isUp && this.#rounds.value === rounds;',
    'this.#isUp;',
  ),
  pulse(
    "nobody's listening is mere trouble",
    "if (failure.kind === 'refused') return events.lost(failure);",
    '',
  ),
  pulse('health that came back is no reason to try', "events.nudge('health')", '{}'),
  pulse('a young server is restarted by a reconnect', 'last && last.at === before?.at ?', 'last ?'),
  knocker('a server that listens is hammered', 'answer && wasDeaf', 'answer'),
  knocker(
    'a call waits for the long pause',
    'Promise.race([sleep(this.#deps.clock, knockIdle, until), called])',
    'sleep(this.#deps.clock, knockIdle, until)',
  ),
  impressions('an old link condemns the new one', 'if (epoch !== this.#epoch) return;', ''),
  impressions(
    'failing calls are never forgiven',
    "return method === 'ping' ? undefined : this.#callsWork();",
    'return;',
  ),
  timers(
    'stopping takes its five seconds always',
    'running === 0 && done()',
    'running < 0 && done()',
  ),
  slot('a link is closed and used', 'this.#link = null;\n    return link;', 'return link;'),
  memory('cursors are not kept', '[stream]: cursor } });', '} });'),
  memory(
    'a session of another definition is used',
    'stored && stored.fingerprint === deps.fingerprint;',
    'stored;',
  ),
  connection(
    'a stream begins anew after a break',
    "same ? memory.cursorOf('standalone') : null",
    'null',
  ),
  connection(
    'clients are not told what changed',
    'this.#pipe.announceChanges();\n      void this.owed',
    'void this.owed',
  ),
  connection('dead sockets are used after sleep', 'this.#slot.link?.reset();', ''),
  connection(
    'questions of an old session stay open',
    'if (!same) this.#pipe.sessionReplaced();',
    '',
  ),
  connection(
    'calls do not wait while a restart is looked for',
    "gate === 'send' && !this.#doubts.any",
    "gate === 'send'",
  ),
  fleet(
    'a small change ends the session',
    'sameSession ? server.shutdown(true) : server.retire()',
    'server.retire()',
  ),
  fleet(
    'a change restarts every server',
    'if (!kept.has(server.id)) this.#end(server, wanted);',
    'this.#end(server, wanted);',
  ),
];

export const faults: readonly Fault[] = [...deciding, ...doing, ...keptCallFaults];
