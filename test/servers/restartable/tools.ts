// What the restartable server offers: tools by which a test can see what a session remembers, what was executed, and how notifications travel.
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer, type ToolCallback } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type CallToolResult,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { EventLog } from './eventLog.ts';
import { type JobBook, jobResult } from './jobs.ts';
import { addTaskTool, type TaskBook } from './tasks.ts';

/** What one session remembers; lost with it, unless sessions are kept in a file. */
export interface SessionState {
  counter: number;
  notified: number;
  logLevel: string | null;
  subscriptions: string[];
  initializeCount: number;
}

/** What the whole process offers to a session's tools. */
export interface House {
  readonly name: string;
  readonly version: string;
  /** Writes one executed call down, to disk, before it does anything. */
  executed(name: string, args: unknown): void;
  /** Saves the session states. */
  changed(): void;
  /** Names of the extra tools, as they are now. */
  extraTools(): readonly string[];
  /** Adds a tool to every session and tells them. */
  grow(): string;
  /** Tells every session that subscribed to it. */
  touch(uri: string): void;
  facts(): Record<string, unknown>;
  running(change: 1 | -1): void;
  readonly tasks: TaskBook;
  readonly jobs: JobBook;
}

/** What a toolbox must know of its session. */
export interface Owner {
  readonly id: string;
  readonly state: SessionState;
  readonly events: EventLog | null;
}

const say = (value: unknown): CallToolResult => ({
  content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }],
});

const noteUri = 'test://note';

const jsonHeader = (
  headers: Record<string, string | string[] | undefined>,
  name: string,
): unknown => headers[name] ?? null;

/** Sends `count` numbered notifications on the standalone stream; the numbers go on for the session's life. */
export const notify = async (
  mcp: McpServer,
  state: SessionState,
  count: number,
  everyMs: number,
): Promise<void> => {
  for (let sent = 0; sent < count; sent += 1) {
    if (everyMs > 0) await delay(everyMs);
    state.notified += 1;
    await mcp.server.notification({
      method: 'notifications/message',
      params: { level: 'info', logger: 'notify', data: { number: state.notified } },
    });
  }
};

const addPlainTools = (mcp: McpServer, state: SessionState, house: House): void => {
  const text = { text: z.string() };
  mcp.registerTool('echo', { inputSchema: text, annotations: { readOnlyHint: true } }, (args) => {
    house.executed('echo', args);
    return say(args.text);
  });
  mcp.registerTool('append', { inputSchema: text }, (args) => {
    house.executed('append', args);
    return say(`appended ${args.text}`);
  });
  mcp.registerTool('session_state', {}, () => {
    house.executed('session_state', {});
    state.counter += 1;
    house.changed();
    return say({ counter: state.counter });
  });
  mcp.registerTool('inspect', { annotations: { readOnlyHint: true } }, (extra) => {
    const headers = extra.requestInfo?.headers ?? {};
    const protocolVersion = jsonHeader(headers, 'mcp-protocol-version');
    const { logLevel, subscriptions, initializeCount } = state;
    return say({ logLevel, subscriptions, initializeCount, protocolVersion, ...house.facts() });
  });
};

const duration = { ms: z.number() };

const addTimedTools = (mcp: McpServer, state: SessionState, house: House): void => {
  const slow =
    (name: string): ToolCallback<typeof duration> =>
    async (args, extra) => {
      house.executed(name, args);
      house.running(1);
      const progressToken = extra._meta?.progressToken;
      try {
        for (let past = 0; past < args.ms; past += 100) {
          await delay(Math.min(100, args.ms - past), undefined, { signal: extra.signal });
          if (progressToken === undefined) continue;
          const params = { progressToken, progress: Math.min(past + 100, args.ms), total: args.ms };
          await extra.sendNotification({ method: 'notifications/progress', params });
        }
        return say(`slept ${args.ms}`);
      } finally {
        house.running(-1);
      }
    };
  mcp.registerTool('slow', { inputSchema: duration }, slow('slow'));
  const reads = { inputSchema: duration, annotations: { readOnlyHint: true } };
  mcp.registerTool('slow_read', reads, slow('slow_read'));
  const counts = { count: z.number(), everyMs: z.number().optional() };
  mcp.registerTool('notify', { inputSchema: counts }, async (args) => {
    house.executed('notify', args);
    const sending = notify(mcp, state, args.count, args.everyMs ?? 0);
    // Spaced ones go out after the answer, so that a test can break the stream between two of them.
    if (args.everyMs === undefined) await sending;
    else sending.catch((error: unknown) => console.error(error));
    house.changed();
    return say(`notified ${args.count}`);
  });
  mcp.registerTool('grow', {}, () => say(`grew ${house.grow()}`));
  mcp.registerTool('touch', { inputSchema: { uri: z.string() } }, (args) => {
    house.touch(args.uri);
    return say('touched');
  });
};

/** Work that outlives the process: see jobs.ts. Without a progress token or kept events it is a slow call. */
const addJobTool = (mcp: McpServer, { id: session, events }: Owner, house: House): void => {
  const inputSchema = { text: z.string(), ms: z.number() };
  mcp.registerTool('job', { inputSchema }, async ({ text, ms }, extra) => {
    house.executed('job', { text, ms });
    const progressToken = extra._meta?.progressToken;
    if (progressToken !== undefined) {
      const params = { progressToken, progress: 0, total: ms };
      await extra.sendNotification({ method: 'notifications/progress', params });
      const stream = events?.streamOf(progressToken);
      const due = Date.now() + ms;
      if (stream !== undefined)
        house.jobs.begin({ session, stream, request: extra.requestId, text, due });
    }
    await delay(ms, undefined, { signal: extra.signal });
    return jobResult(text);
  });
};

export const addExtraTool = (mcp: McpServer, house: House, name: string): void => {
  mcp.registerTool(name, {}, () => {
    house.executed(name, {});
    return say(`${name} done`);
  });
};

const addMemory = (mcp: McpServer, state: SessionState, house: House): void => {
  mcp.server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    state.logLevel = params.level;
    house.changed();
    return {};
  });
  mcp.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    state.subscriptions = [...new Set([...state.subscriptions, params.uri])];
    house.changed();
    return {};
  });
  mcp.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    state.subscriptions = state.subscriptions.filter((uri) => uri !== params.uri);
    house.changed();
    return {};
  });
};

/** The MCP server of one session. */
export const createToolbox = (owner: Owner, house: House): McpServer => {
  const { state } = owner;
  const mcp = new McpServer(
    { name: house.name, version: house.version },
    {
      capabilities: {
        logging: {},
        resources: { subscribe: true },
        tasks: { requests: { tools: { call: {} } }, cancel: {}, list: {} },
      },
      taskStore: house.tasks,
    },
  );
  addPlainTools(mcp, state, house);
  addTimedTools(mcp, state, house);
  addJobTool(mcp, owner, house);
  addTaskTool(mcp, house.tasks, (name, args) => house.executed(name, args));
  for (const name of house.extraTools()) addExtraTool(mcp, house, name);
  mcp.registerResource('note', noteUri, { mimeType: 'text/plain' }, (uri) => ({
    contents: [{ uri: uri.href, text: 'a note' }],
  }));
  mcp.registerPrompt('greeting', { description: 'Says hello.' }, () => ({
    messages: [{ role: 'user', content: { type: 'text', text: 'Hello' } }],
  }));
  addMemory(mcp, state, house);
  return mcp;
};
