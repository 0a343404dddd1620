// Faults in what is written down of calls, in what a later life makes of that, and in what is asked before a repeat.
import type { Fault } from './faults.ts';

const inFile =
  (file: string) =>
  (harm: string, right: string, wrong: string): Fault => ({ file, harm, right, wrong });

const unknown = inFile('src/core/calls/unknown.ts');
const moves = inFile('src/core/calls/moves.ts');
const resuming = inFile('src/core/calls/resuming.ts');
const stepCalls = inFile('src/core/calls/stepCalls.ts');
const journal = inFile('src/core/calls/journal.ts');
const fate = inFile('src/core/calls/orphans.ts');
const tasks = inFile('src/core/calls/tasks.ts');
const desk = inFile('src/runtime/callDesk.ts');
const keeper = inFile('src/runtime/journalKeeper.ts');
const orphans = inFile('src/runtime/orphans.ts');
const caller = inFile('src/runtime/caller.ts');
const marks = inFile('src/runtime/marks.ts');
const progress = inFile('src/runtime/progress.ts');
const pending = inFile('src/runtime/pendingCalls.ts');

export const keptCallFaults: readonly Fault[] = [
  unknown('a call of nobody is repeated', ' || call.isOrphan', ''),
  unknown('an old reading of marks counts', 'call.readings !== event.round ||', ''),
  unknown('a mark that was withdrawn counts', 'event.isMarked && rules', 'rules'),
  unknown('a trust that was withdrawn counts', "&& rules.repeatRight(call) === 'marked'", ''),
  moves('marks are not read again', 'call.maybeRan === null ||', 'true ||'),
  resuming(
    'an orphan is lost while its server is away',
    "if (gate.kind === 'refuse' && call.isOrphan) return [ledger, []];",
    '',
  ),
  stepCalls(
    'a cancel hits a call of an earlier life',
    '=== clientId && !other.isOrphan',
    '=== clientId',
  ),
  stepCalls('a discard hits a living call', '=== key && other.isOrphan', '=== key'),
  resuming(
    'a resumed call has no more time',
    'at + rules.limits.patientHoldBudget',
    'phase.deadline',
  ),
  resuming(
    'a call whose process is gone is waited for like any other',
    "call.isStranded && sign === 'open'",
    'false',
  ),
  stepCalls(
    'who waits already waits on when a person is needed',
    ', calls: before.calls.map(shorten(at, rules))',
    '',
  ),
  caller(
    'a busy server takes calls in any order',
    'if (this.#ledger.releasing === key) await this.#carriage.turnOver(this.takeId());',
    '',
  ),
  journal('a call that may have run is called held', 'return maybeRan === null', 'return maybeRan'),
  journal('the server hears of our keys', '_meta: others', '_meta: meta'),
  fate('a cursor is used without its session', 'sessionId === from.sessionId &&', ''),
  fate('tasks of another server are asked after', 'from.isSameServer ?', 'phase ?'),
  tasks('any result with a task in it is a task', "|| !isObject(request.params?.['task'])", ''),
  desk('calls are sent before they are written down', 'this.#keeper.follow(calls);', ''),
  desk(
    'anybody may take over an entry',
    'replaced !== null && this.#orphans.get(replaced)',
    'replaced',
  ),
  desk(
    'an answer of an earlier life reaches this client',
    'if (call.isOrphan) return',
    'if (!call) return',
  ),
  desk(
    'two calls of one moment share an entry',
    'this.#orphans.get(key) !== undefined,',
    'key === "",',
  ),
  keeper(
    'each cursor is written down',
    'this.#flush.value ??= ',
    'this.flush(); this.#flush.value ??= ',
  ),
  keeper(
    'the last cursor is lost with the window',
    'this.flush();\n    this.#store',
    'this.#store',
  ),
  keeper(
    'arguments stay after the answer',
    'if (!task) return this.#deps.store.remove(kept.entry.key);',
    'if (!task) return;',
  ),
  keeper('arguments stay after a cancel', 'if (kept) this.#deps.store.remove(kept.entry.key);', ''),
  keeper('a full journal is told of each time', '&& !this.#wasRefused', ''),
  keeper("a stale 'held' stays", "(before?.phase.kind === 'held' ||", '(false ||'),
  keeper(
    'an entry that was taken over is shown twice',
    'if (this.#deps.isTaken(key)) this.#deps.inherited(key);\n  }\n\n  #noteAnswer',
    '}\n\n  #noteAnswer',
  ),
  keeper(
    'tasks are never forgotten',
    'if (taskId !== null) this.#forgetTask(taskId);\n  }\n\n  /** Calls',
    '}\n\n  /** Calls',
  ),
  orphans('what was lost is told at each start', 'if (lost === 0 || this.#hasTold) return;', ''),
  orphans('nobody is told what was lost', 'this.#deps.lost(lost);', ''),
  orphans('what came of a call is not kept', 'this.#deps.put(changed);', ''),
  orphans('a discarded entry comes back', 'this.#deps.store.remove(key);', ''),
  marks('a contradiction is a mark', 'return isMarkedSafe(found', 'return Boolean(found'),
  progress('numbers go back', 'told.ours + smallStep : reported', 'reported : reported'),
  progress('our notes go on after the server has spoken', 'byServer !== true', 'byServer !== null'),
  progress(
    'a call that is over is told of',
    'this.#calls = calls;',
    'this.#calls = [...this.#calls, ...calls];',
  ),
  pending(
    'a screen is told of every call',
    'this.#timer.value ??= ',
    'this.#changed.emit(this.value); this.#timer.value ??= ',
  ),
];
