// Calls of an earlier life: what still runs is listened to in its own session, and nothing runs by itself.
import { describe, expect, it } from 'vitest';
import type { JournalEntry, JournalPhase } from '../../src/core/calls/journal.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import { journalPhaseOf } from '../../src/core/calls/journal.ts';
import { type Inheritance, restorationOf } from '../../src/core/calls/orphans.ts';
import { cancelledTask, createdTask, finishedTask } from '../../src/core/calls/tasks.ts';
import { errorOf, resultOf, type RpcRequest } from '../../src/core/rpc.ts';
import {
  arrived,
  begun,
  ended,
  open,
  play,
  refuse,
  restored,
  sends,
  shut,
  verdicts,
} from '../support/ledgerPlay.ts';
import { answered, broken, holdBudget } from '../support/someCalls.ts';

const resumes = (effects: ReturnType<typeof play>['effects']): unknown[] =>
  effects.filter(({ kind }) => kind === 'resume');
const theResume = { kind: 'resume', key: 1, upstreamId: 101, cursor: 'e5' };

describe('a restored call', () => {
  it('is resumed from its cursor when its session is back [reload-survives]', () => {
    const { effects } = play([restored(1), open(1), ended(1, 101, answered)]);
    expect(resumes(effects)).toEqual([theResume]);
    expect(verdicts(effects)).toEqual([[1, 'answered']]);
  });

  it('is unknown when another session was made', () => {
    const { effects } = play([restored(1), open(2)]);
    expect([resumes(effects), verdicts(effects)]).toEqual([[], [[1, 'unknown']]]);
  });

  it('is never sent again by itself, not even where its tool is marked [at-most-once]', () => {
    const { effects } = play([restored(1, { tool: 'read' }), open(1), ended(1, 101, broken())]);
    expect([sends(effects), verdicts(effects)]).toEqual([[], [[1, 'unknown']]]);
  });

  it('waits for its server as long as that takes: nobody waits for it', () => {
    const late = { kind: 'time', at: 100 * holdBudget } as const;
    expect(verdicts(play([restored(1), late, refuse, late]).effects)).toEqual([]);
    const { effects } = play([restored(1), open(1), shut, ended(1, 101, broken('e6')), late]);
    expect(verdicts(effects)).toEqual([]);
  });

  it('has nothing to do with a client of this life that cancels under the same id', () => {
    const cancelled = { kind: 'cancelled', at: 0, clientId: 'c1' } as const;
    expect(play([restored(1), cancelled]).effects).toEqual([]);
  });

  it('is let go when a person wants to hear no more of it, without a word to the server', () => {
    const { effects, ledger } = play([restored(1), open(1), { kind: 'discarded', at: 0, key: 1 }]);
    expect(effects.slice(1)).toEqual([
      { kind: 'forget', key: 1 },
      { kind: 'abandon', key: 1, upstreamId: 101, tellServer: false },
    ]);
    expect(ledger.calls).toEqual([]);
  });

  it('cannot be discarded while its client waits', () => {
    expect(play([arrived(1), { kind: 'discarded', at: 0, key: 1 }]).effects).toEqual([]);
  });
});

describe('a resumed call whose client waits', () => {
  const severed = [open(), arrived(1), shut, ended(1, 1, broken('e5')), open()];

  it('ends at its deadline when its stream never opens', () => {
    const { effects } = play([...severed, { kind: 'time', at: holdBudget }]);
    expect(verdicts(effects)).toEqual([[1, 'unknown']]);
  });

  it('has more time once its stream is open, and again with each sign of life', () => {
    const patient = 300_000;
    const alive = [...severed, begun(1), { kind: 'time', at: patient - 1 } as const];
    expect(verdicts(play(alive).effects)).toEqual([]);
    const sign = { kind: 'heard', at: patient - 1, key: 1 } as const;
    const later = { kind: 'time', at: 2 * patient - 2 } as const;
    expect(verdicts(play([...alive, sign, later]).effects)).toEqual([]);
    expect(verdicts(play([...alive, { kind: 'time', at: patient }]).effects)).toEqual([
      [1, 'unknown'],
    ]);
  });

  it('has no more time than a held one once its process is gone, unless it is heard of', () => {
    const stranded = { kind: 'stranded', at: 0 } as const;
    const late = { kind: 'time', at: holdBudget } as const;
    const reopened = [...severed, stranded, begun(1)];
    expect(verdicts(play([...reopened, late]).effects)).toEqual([[1, 'unknown']]);
    const patient = [...severed, begun(1), stranded];
    expect(verdicts(play([...patient, late]).effects)).toEqual([[1, 'unknown']]);
    const heard = { kind: 'heard', at: 0, key: 1 } as const;
    expect(verdicts(play([...reopened, heard, late]).effects)).toEqual([]);
    const beforeTheBreak = [open(), arrived(1), stranded, shut, ended(1, 1, broken('e5')), open()];
    expect(verdicts(play([...beforeTheBreak, begun(1), late]).effects)).toEqual([[1, 'unknown']]);
  });

  it('that is sent anew is no longer stranded', () => {
    const stranded = { kind: 'stranded', at: 0 } as const;
    const refusal = { kind: 'refused', failure: aFailure('session-lost', 'gone') } as const;
    const again = [open(), arrived(1), stranded, ended(1, 1, refusal), shut, open()];
    expect(play(again).ledger.calls[0]).toMatchObject({
      isStranded: false,
      phase: { upstreamId: 2 },
    });
  });
});

const request: RpcRequest = {
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name: 'write', task: {} },
};
const entry = (phase: JournalPhase): JournalEntry => ({
  key: 'k',
  serverId: 'server',
  client: 'client',
  clientId: 7,
  request,
  arrivedAt: 0,
  phase,
});
const from = (more: Partial<Inheritance> = {}): Inheritance => ({
  sessionId: 's1',
  isSameServer: true,
  cursorOf: () => null,
  ...more,
});
const sent = (more: Partial<Extract<JournalPhase, { kind: 'sent' }>> = {}): JournalEntry =>
  entry({ kind: 'sent', at: 1, upstreamId: 5, sessionId: 's1', cursor: 'e1', ...more });

describe('what a later life makes of an entry', () => {
  it.each([
    ['resumes it in its own session', sent(), from(), 'resume'],
    ['loses it without a cursor', sent({ cursor: null }), from(), 'lose'],
    ['loses it in another session', sent(), from({ sessionId: 's2' }), 'lose'],
    [
      'loses it where nobody keeps sessions',
      sent({ sessionId: null }),
      from({ sessionId: null }),
      'lose',
    ],
    ['only shows what was never sent', entry({ kind: 'held' }), from(), 'keep'],
    [
      'follows a task, in any session',
      entry({ kind: 'task', at: 1, taskId: 't', pollAfter: 1 }),
      from({ sessionId: null }),
      'follow',
    ],
    [
      'loses a task of another server',
      entry({ kind: 'task', at: 1, taskId: 't', pollAfter: 1 }),
      from({ isSameServer: false }),
      'lose',
    ],
  ])('%s', (_, of, inheritance, kind) => {
    expect(restorationOf(of, inheritance, 9).kind).toBe(kind);
  });

  it('prefers the cursor of the record, which is the newer one', () => {
    expect(restorationOf(sent(), from({ cursorOf: (id) => `r${id}` }), 9)).toMatchObject({
      cursor: 'r5',
    });
  });

  it('never calls a call held that may have run', () => {
    const { ledger } = play([open(), arrived(1, { tool: 'read' }), shut, ended(1, 1, broken())]);
    const [call] = ledger.calls;
    const facts = { at: 0, sessionId: null, cursor: null };
    expect(call && journalPhaseOf(call, facts).kind).toBe('unknown');
  });
});

describe('a call that became a task', () => {
  const asked = (method: string): RpcRequest => ({ ...request, method, params: { taskId: 't' } });
  const created = resultOf(7, { task: { taskId: 't', pollInterval: 500 } });

  it('is one only when its client asked for that', () => {
    expect(createdTask(request, created)).toEqual({ taskId: 't', pollInterval: 500 });
    expect(createdTask({ ...request, params: { name: 'write' } }, created)).toBeNull();
  });

  it('is over when its result was fetched, when it is gone, and when it was cancelled', () => {
    expect(finishedTask(asked('tasks/result'), errorOf(1, { code: -1, message: '' }))).toBe('t');
    const gone = errorOf(1, { code: -32602, message: 'no such task' });
    expect(finishedTask(asked('tasks/get'), gone)).toBe('t');
    expect(finishedTask(asked('tasks/get'), errorOf(1, { code: -32603, message: '' }))).toBeNull();
    expect(finishedTask(asked('tasks/get'), resultOf(1, { status: 'working' }))).toBeNull();
    expect(finishedTask(asked('tasks/get'), resultOf(1, { status: 'cancelled' }))).toBe('t');
    expect(cancelledTask(asked('tasks/cancel'))).toBe('t');
  });
});
