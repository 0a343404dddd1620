// An MCP server with everything that the conformance suite asks for, active and pending: whoever stands between it and the
// suite cannot pass a scenario because something was not there. Not here: how it is reached (conformanceServer.ts over
// HTTP, conformanceStdio.ts over stdio).
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListResourcesRequestSchema,
  ListToolsRequestSchema,
  type LoggingLevel,
  LoggingLevelSchema,
  McpError,
  ReadResourceRequestSchema,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { complete, getPrompt, listPrompts, readResource, resources, templates } from './reading.ts';
import { listTools, toolNamed } from './tools.ts';

const levels = LoggingLevelSchema.options;

const capabilities = {
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};

const serveTools = (mcp: McpServer): void => {
  let level: LoggingLevel = 'debug';
  mcp.server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    level = params.level;
    return {};
  });
  const wants = (of: LoggingLevel): boolean => levels.indexOf(of) >= levels.indexOf(level);
  mcp.server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listTools() }));
  mcp.server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
    const run = toolNamed(params.name);
    if (run === undefined)
      throw new McpError(ErrorCode.InvalidParams, `There is no tool ${params.name}`);
    return run({ args: params.arguments ?? {}, extra, wants });
  });
};

const serveReading = (mcp: McpServer): void => {
  const { server } = mcp;
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: [...resources] }));
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [...templates],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => readResource(params.uri));
  const subscribed = new Set<string>();
  server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    subscribed.add(params.uri);
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    if (!subscribed.delete(params.uri))
      throw new McpError(ErrorCode.InvalidParams, `Nobody subscribed to ${params.uri}`);
    return {};
  });
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: listPrompts() }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) =>
    getPrompt(params.name, params.arguments ?? {}),
  );
  server.setRequestHandler(CompleteRequestSchema, ({ params }) => {
    const values = complete(params.argument.value);
    return { completion: { values, total: values.length, hasMore: false } };
  });
};

/** The server of one session. */
export const createConformanceMcp = (): McpServer => {
  const info = { name: 'lifeline-conformance', version: '1.0.0' };
  const mcp = new McpServer(info, { capabilities });
  serveTools(mcp);
  serveReading(mcp);
  return mcp;
};
