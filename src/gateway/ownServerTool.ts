// The tool session_health_check: how it is listed, and how a call of it is answered. The same for our own MCP server and for
// the editor's language model tool. Not here: JSON-RPC (ownServer.ts).
import type { JsonObject } from '../core/rpc.ts';
import type { Say } from '../core/wording/say.ts';
import type { HealthReport } from './healthReport.ts';
import { reportText } from './healthReportText.ts';

export const healthToolName = 'session_health_check';

/** Takes the arguments of a call and returns a tool result. */
export type HealthTool = (args: JsonObject) => Promise<JsonObject>;

export interface HealthToolPorts {
  /** Undefined where there is no server of that name. */
  readonly report: (server?: string) => Promise<HealthReport | undefined>;
  readonly names: () => readonly string[];
  readonly say: Say;
}

const nullable = (type: string): JsonObject => ({ type: [type, 'null'] });
const number: JsonObject = { type: 'number' };
const text: JsonObject = { type: 'string' };

/** Everything named is required; more may come with a later version. */
const object = (properties: Readonly<Record<string, JsonObject>>): JsonObject => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

const check: JsonObject = {
  type: 'object',
  properties: { kind: { type: 'string', enum: ['ok', 'failed'] }, tookMs: number, reason: text },
  required: ['kind'],
};

const serverSchema: JsonObject = object({
  state: text,
  sinceMs: nullable('number'),
  attempt: nullable('number'),
  nextTryInMs: nullable('number'),
  proofAgeMs: nullable('number'),
  proofBy: nullable('string'),
  recovered: nullable('string'),
  sessions: { ...object({ total: number, connected: number }), type: ['object', 'null'] },
  calls: object({ held: number, running: number }),
  failure: {
    ...object({ kind: text, status: nullable('number'), detail: text }),
    type: ['object', 'null'],
  },
  reason: nullable('string'),
});

const historySchema: JsonObject = object({
  sinceMs: number,
  upShare: nullable('number'),
  upSinceMs: nullable('number'),
  recoveries: number,
  medianRecoveryMs: nullable('number'),
  worstRecoveryMs: nullable('number'),
  restarts: number,
  calls: object({
    count: number,
    errors: number,
    held: number,
    repeated: number,
    unknown: number,
    refused: number,
    p50Ms: nullable('number'),
    p95Ms: nullable('number'),
    p99Ms: nullable('number'),
  }),
  figures: { type: 'array', items: { type: 'array', items: text } },
  troubles: { type: 'array', items: object({ ageMs: number, text }) },
});

const reportSchema: JsonObject = object({
  status: { type: 'string', enum: ['healthy', 'degraded'] },
  version: text,
  uptime_secs: number,
  gateway: object({
    port: nullable('number'),
    wantedPort: nullable('number'),
    check,
    sessions: object({ total: number, connected: number }),
    jobs: object({ pending: number, running: number }),
    refused: { type: 'object', additionalProperties: number },
  }),
  store: object({
    wanted: text,
    used: text,
    fallback: { ...object({ sinceMs: number, reason: text }), type: ['object', 'null'] },
    events: number,
    bytes: number,
    test: check,
  }),
  servers: { type: 'object', additionalProperties: serverSchema },
  history: { type: 'object', additionalProperties: historySchema },
  recommendations: {
    type: 'array',
    items: object({ server: nullable('string'), text }),
  },
});

/** As `tools/list` shows it. */
export const healthToolEntry: JsonObject = {
  name: healthToolName,
  title: 'Session Health Check',
  description:
    'Tells how the MCP servers of this workspace and their sessions are: state, age of the last proof, recovery, waiting calls, where events are kept, and what can be done about trouble. Changes nothing.',
  inputSchema: {
    type: 'object',
    properties: {
      server: { type: 'string', description: 'Name of one server; all of them if left out.' },
    },
  },
  outputSchema: reportSchema,
  annotations: {
    title: 'Session Health Check',
    readOnlyHint: true,
    destructiveHint: false,
    idempotentHint: true,
    openWorldHint: false,
  },
};

const failure = (words: string): JsonObject => ({
  content: [{ type: 'text', text: words }],
  isError: true,
});

// A name that is far longer than any server's must not be repeated.
const longestName = 100;

export const createHealthTool = ({ report, names, say }: HealthToolPorts): HealthTool => {
  return async (args) => {
    const server = args['server'] ?? undefined;
    if (server !== undefined && typeof server !== 'string') {
      return failure(say('The argument "server" is the name of a server, as a text.'));
    }
    const found = await report(server);
    if (found === undefined) {
      const name = (server ?? '').slice(0, longestName);
      return failure(
        say('There is no server "{0}". There are: {1}.', name, names().join(', ') || '-'),
      );
    }
    return {
      content: [{ type: 'text', text: reportText(found, say) }],
      structuredContent: found,
    };
  };
};
