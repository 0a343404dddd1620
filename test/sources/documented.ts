// One file of each product, as its own documentation shows it, with the comments that people add.
export const vscodeFile = `{
  // Asked once, kept by the editor.
  "inputs": [
    { "type": "promptString", "id": "perplexity-key", "description": "Perplexity API Key", "password": true },
    { "type": "promptString", "id": "unused", "description": "Nobody asks for it" },
  ],
  "servers": {
    "perplexity": {
      "type": "stdio",
      "command": "npx",
      "args": ["-y", "server-perplexity-ask"],
      "env": { "PERPLEXITY_API_KEY": "\${input:perplexity-key}", "HTTP_PROXY": null },
      "envFile": "\${workspaceFolder}/.env",
      "dev": { "watch": "src/**/*.ts", "debug": { "type": "node" } },
    },
    "boxed": {
      "type": "stdio",
      "command": "npx",
      "args": ["-y", "@example/mcp-server"],
      "sandboxEnabled": true,
      "sandbox": { "network": { "allowedDomains": ["api.example.com"] } },
    },
    /* A server of the local machine. */
    "socket": { "type": "http", "url": "unix:///tmp/server.sock#/mcp/subpath" },
  },
}
`;

export const vscodeUserFile = `{
\t"servers": {
\t\t"io.github.upstash/context7": {
\t\t\t"type": "http",
\t\t\t"url": "https://mcp.context7.com/mcp",
\t\t\t"gallery": "https://api.mcp.github.com",
\t\t\t"version": "1.0.31"
\t\t}
\t},
\t"inputs": []
}`;

/** Claude Code's project scope; `local` and `tools` as in the portable format. */
export const projectFile = `{
  "mcpServers": {
    "shared-server": {
      "type": "streamable-http",
      "url": "\${API_BASE_URL:-https://api.example.com}/mcp",
      "headers": { "Authorization": "Bearer \${API_KEY}" },
      "headersHelper": "./get-token.sh",
      "oauth": { "clientId": "an-id", "callbackPort": 8080, "scopes": "read write" }
    },
    "portable": { "type": "local", "command": "uvx", "args": ["tool"], "tools": ["*"] },
    "socket": { "type": "ws", "url": "wss://example.com/socket" }
  }
}
`;

export const claudeCodeFile = (folder: string): string =>
  JSON.stringify({
    numStartups: 7,
    mcpServers: {
      airtable: { type: 'stdio', command: 'npx', args: ['-y', 'airtable-mcp-server'], env: {} },
    },
    projects: {
      [folder]: {
        history: [],
        mcpServers: { stripe: { type: 'http', url: 'https://mcp.stripe.com' } },
      },
      '/somewhere/else': { mcpServers: { other: { command: 'never' } } },
    },
  });

export const claudeDesktopFile = `{
  "mcpServers": {
    "filesystem": {
      "command": "npx",
      "args": ["-y", "@modelcontextprotocol/server-filesystem", "/Users/username/Desktop"]
    }
  },
  "globalShortcut": ""
}`;

export const cursorFile = `{
  "mcpServers": {
    "linear": { "url": "https://mcp.linear.app/mcp" },
    "static-oauth": {
      "url": "https://api.example.com/mcp",
      "auth": {
        "CLIENT_ID": "\${env:MCP_CLIENT_ID}",
        "CLIENT_SECRET": "\${env:MCP_CLIENT_SECRET}",
        "scopes": ["read", "write"]
      }
    }
  }
}`;

export const cursorProjectFile = `{
  "mcpServers": {
    "local-server": {
      "type": "stdio",
      "command": "python",
      "args": ["\${workspaceFolder}/tools/mcp_server.py"],
      "env": { "API_KEY": "\${env:API_KEY}" },
      "envFile": ".env"
    }
  }
}`;

export const windsurfFile = `{
  "mcpServers": {
    "remote-http-mcp": {
      "serverUrl": "https://example.com/mcp",
      "headers": { "API_KEY": "Bearer \${env:AUTH_TOKEN}" },
      "disabled": true,
      "disabledTools": ["drop_table"]
    }
  }
}`;
