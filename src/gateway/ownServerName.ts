// The name of our own MCP server in the gateway's URLs (`/mcp/lifeline`). A server of the user with this name cannot be
// reached through the gateway; the health report says so.
export const ownServerName = 'lifeline';
