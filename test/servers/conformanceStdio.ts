// The conformance server over stdio, where one process serves everybody who asks through the gateway.
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createConformanceMcp } from './conformance/mcp.ts';

await createConformanceMcp().connect(new StdioServerTransport());
// The SDK's transport does not end with its input, and a server without a client is of no use.
process.stdin.on('end', () => process.exit(0));
