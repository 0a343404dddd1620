// What we use of the MCP SDK, as one part that is loaded when the first server connects (a bundle of its own, see
// esbuild.config.mjs): start-up does not pay for it.
export { Client } from '@modelcontextprotocol/sdk/client/index.js';
export {
  JSONRPCMessageSchema,
  ListRootsRequestSchema,
  McpError,
  PromptListChangedNotificationSchema,
  ResourceListChangedNotificationSchema,
  ResultSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
