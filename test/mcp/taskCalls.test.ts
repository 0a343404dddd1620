// A call that runs as a task: who makes it one, and how it is followed to its end.
import { describe, expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import { whenever } from '../../src/base/signal.ts';
import { upstreamFailed } from '../../src/core/calls/answers.ts';
import { type JsonObject, resultOf, type RpcRequest } from '../../src/core/rpc.ts';
import { followTask, type TaskAsker } from '../../src/mcp/taskCalls.ts';
import { createViewClient } from '../../src/mcp/viewClient.ts';
import type { FollowedTask } from '../../src/runtime/ports.ts';
import { ScriptedEnd } from '../support/scriptedEnd.ts';
import { VirtualClock } from '../support/virtualClock.ts';

const said = (code: number, message = 'no'): Error =>
  new Error(message, { cause: Object.assign(new Error(message), { code }) });
const away = said(upstreamFailed, 'the server is away');
const working = { status: 'working', pollInterval: 1000 };
const completed = { status: 'completed' };

/** Follows a task on a server that gives these answers, one after the other, to each method. */
const following = (answers: Readonly<Record<string, (JsonObject | Error)[]>>) => {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const gone = new AbortController();
  const asker: TaskAsker = {
    clock,
    request: async (method) => {
      asked.push(method);
      const answer = answers[method]?.shift();
      if (answer === undefined) return await new Promise<never>(() => {});
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  let end: FollowedTask | Error | null = null;
  const options = { id: 7, pollAfter: 500, signal: gone.signal };
  followTask(asker, 't', options).then(
    (followed) => (end = followed),
    (error: unknown) => (end = error instanceof Error ? error : new Error(String(error))),
  );
  return { clock, asked, gone, end: () => end };
};

describe('following a task', () => {
  test('asks at the pace of the server, and fetches the result', async () => {
    const { clock, asked, end } = following({
      'tasks/get': [working, completed],
      'tasks/result': [{ content: ['done'] }],
    });
    await clock.advance(499);
    expect(asked).toEqual([]);
    await clock.advance(1);
    await clock.advance(999);
    expect(asked).toEqual(['tasks/get']);
    await clock.advance(1);
    expect(asked).toEqual(['tasks/get', 'tasks/get', 'tasks/result']);
    expect(end()).toEqual({ kind: 'answered', response: resultOf(7, { content: ['done'] }) });
  });

  test('goes on when the server is away, and asks for the result again when that was lost', async () => {
    const { clock, asked, end } = following({
      'tasks/get': [away, new Error('no link'), completed, completed],
      'tasks/result': [away, { content: [] }],
    });
    await clock.advance(60_000);
    expect(asked.filter((method) => method === 'tasks/get')).toHaveLength(4);
    expect(end()).toMatchObject({ kind: 'answered' });
  });

  test('gives up on a server that is away for longer than it promised to remember', async () => {
    const createdAt = new Date(new VirtualClock().now()).toISOString();
    const aways = Array.from({ length: 30 }, () => away);
    const task = { ...working, createdAt, ttl: 60_000 };
    const { clock, end } = following({ 'tasks/get': [task, ...aways] });
    await clock.advance(59_000);
    expect(end()).toBeNull();
    await clock.advance(10_000);
    expect(end()).toMatchObject({
      kind: 'lost',
      detail: 'its time ran out while the server was away',
    });
  });

  test.each([
    ['knows nothing of it', said(-32602, 'Task not found'), 'Task not found'],
    ['has no tasks any more', said(-32601, 'Method not found'), 'Method not found'],
    ['says that it was cancelled', { status: 'cancelled' }, 'it was cancelled'],
  ])('ends when the server %s', async (_, answer, detail) => {
    const { clock, end } = following({ 'tasks/get': [answer] });
    await clock.advance(500);
    expect(end()).toMatchObject({ kind: 'lost', detail });
  });

  test('does not take a passing trouble of the server for the end', async () => {
    const { clock, asked, end } = following({ 'tasks/get': [said(-32603), working] });
    await clock.advance(1000);
    expect([asked.length, end()]).toEqual([2, null]);
  });

  test('passes on the error that the call would have been answered with', async () => {
    const { clock, end } = following({
      'tasks/get': [{ status: 'failed' }],
      'tasks/result': [said(-32000, 'it broke')],
    });
    await clock.advance(500);
    const error = { code: -32000, message: 'it broke' };
    expect(end()).toMatchObject({ kind: 'answered', response: { error } });
  });

  test('fetches the result of a task that wants something of the user, which comes on its way', async () => {
    const { clock, asked } = following({ 'tasks/get': [{ status: 'input_required' }] });
    await clock.advance(500);
    expect(asked).toEqual(['tasks/get', 'tasks/result']);
  });

  test('ends with its signal, and leaves the task alone', async () => {
    const { clock, asked, gone, end } = following({ 'tasks/get': [working] });
    await clock.advance(500);
    gone.abort(new Error('nobody is interested'));
    await clock.advance(60_000);
    expect(asked).toEqual(['tasks/get']);
    expect(end()).toEqual(new Error('nobody is interested'));
    expect(clock.pending).toBe(0);
  });

  test('hurries no server and waits for none for ever, whatever pace it asks for', async () => {
    const { clock, asked } = following({
      'tasks/get': [
        { ...working, pollInterval: 0 },
        { ...working, pollInterval: 1e9 },
      ],
    });
    await clock.advance(500);
    await clock.advance(99);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    await clock.advance(60_000);
    expect(asked).toHaveLength(3);
  });
});

const withTasks = { tools: {}, tasks: { requests: { tools: { call: {} } } } };
const aTool = (taskSupport: string | undefined): JsonObject => ({
  name: 'build',
  inputSchema: { type: 'object' },
  ...(taskSupport === undefined ? {} : { execution: { taskSupport } }),
});

const viewOf = async (
  tool: JsonObject,
  capabilities: JsonObject,
  answer: (request: RpcRequest) => JsonObject | Error | undefined,
) => {
  const end = new ScriptedEnd((request) => {
    if (request.method === 'initialize')
      return {
        protocolVersion: '2025-11-25',
        capabilities,
        serverInfo: { name: 's', version: '1' },
      };
    return request.method === 'tools/list' ? { tools: [tool] } : answer(request);
  });
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const client = createViewClient({ end, clock: realClock, log, version: '0', roots: () => [] });
  onTestFinished(() => client.dispose());
  await whenever(client.catalog, ({ listedAt }) => listedAt !== null);
  return { end, client };
};

describe("a call of our views' client", () => {
  test.each([
    ['optional', withTasks, true],
    ['required', withTasks, true],
    ['forbidden', withTasks, false],
    [undefined, withTasks, false],
    ['required', { tools: {} }, false],
  ])(
    'on a tool whose support is %s becomes a task as it should',
    async (support, offers, isTask) => {
      const { end, client } = await viewOf(aTool(support), offers, () => ({ content: [] }));
      expect(await client.callTool('build', {}, {})).toEqual({ content: [] });
      const [call] = end.requests('tools/call');
      expect('task' in (call?.params ?? {})).toBe(isTask);
    },
  );

  const created = { task: { taskId: 't', status: 'working', pollInterval: 100 } };

  test('has the result of its task', async () => {
    const { client } = await viewOf(aTool('required'), withTasks, ({ method }) => {
      if (method === 'tools/call') return created;
      return method === 'tasks/get' ? completed : { content: [{ type: 'text', text: 'built' }] };
    });
    const result = await client.callTool('build', {}, {});
    expect(result).toEqual({ content: [{ type: 'text', text: 'built' }] });
  });

  test('is told that it may have run when its task is gone [honest-unknown]', async () => {
    const { client } = await viewOf(aTool('required'), withTasks, ({ method }) =>
      method === 'tools/call' ? created : { status: 'cancelled' },
    );
    const result = await client.callTool('build', {}, {});
    expect(result).toMatchObject({
      isError: true,
      _meta: { 'mcp-lifeline/outcome': { outcome: 'unknown', reason: 'task-lost' } },
    });
    expect(JSON.stringify(result)).toContain('may have run; check before repeating');
  });

  test('that is cancelled cancels its task', async () => {
    const { end, client } = await viewOf(aTool('required'), withTasks, ({ method }) =>
      method === 'tools/call' ? created : working,
    );
    const cancel = new AbortController();
    const call = client.callTool('build', {}, { signal: cancel.signal });
    const ended = expect(call).rejects.toThrow('The call was cancelled.');
    await end.until(() => end.requests('tasks/get').length > 0);
    cancel.abort();
    await ended;
    await end.until(() => end.requests('tasks/cancel').length > 0);
    expect(end.requests('tasks/cancel')).toMatchObject([{ params: { taskId: 't' } }]);
  });

  test('leaves its task to the next life when this one ends', async () => {
    const { end, client } = await viewOf(aTool('required'), withTasks, ({ method }) =>
      method === 'tools/call' ? created : working,
    );
    const ended = expect(client.callTool('build', {}, {})).rejects.toThrow('closed');
    await end.until(() => end.requests('tasks/get').length > 0);
    client.dispose();
    await ended;
    expect(end.requests('tasks/cancel')).toEqual([]);
  });
});
