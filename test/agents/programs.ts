// The agents that are tried: how each is started once, without a person, with a model of ours, and with the entry for the gateway
// that *Connect a Client…* makes. Not here: what happens meanwhile (run.ts).
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EntryScope, Product } from '../../src/core/clientEntry.ts';
import { entryFor } from '../../src/gateway/clientEntries.ts';
import { connectClient } from '../../src/gateway/connectClient.ts';
import { type GatewayProcess, homeIn } from '../support/gatewayProcess.ts';
import { nodePath, projectRoot } from '../support/serverProcess.ts';

export interface Place {
  readonly gateway: GatewayProcess;
  /** The server's name at the gateway. */
  readonly server: string;
  /** `user`: over HTTP, with the token. `workspace`: over the bridge. */
  readonly scope: EntryScope;
  readonly modelOrigin: string;
}

export interface Start {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

export interface Program {
  /** Its name on the search path. */
  readonly command: string;
  readonly product: Product;
  prepare(place: Place): Start;
}

const prompt = 'Call the tool.';

/** The entry, in its file or by the program's own command; the folder of the gateway is both home and workspace. */
const enter = (product: Product, { gateway, server, scope }: Place): void => {
  const { folder, token } = gateway;
  const entry = entryFor(product, {
    server,
    url: gateway.url(server).href,
    token,
    bridgePath: join(projectRoot, 'dist/bridge.js'),
    scope,
    workspace: scope === 'workspace' ? folder : null,
    home: folder,
    platform: process.platform,
    environment: homeIn(folder),
    node: { command: nodePath, env: {} },
  });
  if (entry.kind === 'file') {
    const done = connectClient(entry, { backups: join(folder, 'backups'), replace: false });
    if (done.kind !== 'written') throw new Error(`The entry was not written: ${done.kind}.`);
  } else if (entry.kind === 'command')
    execFileSync(entry.text, { shell: true, cwd: folder, env: { ...process.env, HOME: folder } });
  else throw new Error(`There is no file for ${product}.`);
};

const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

const claude: Program = {
  command: 'claude',
  product: 'claude-code',
  prepare: (place) => {
    enter('claude-code', place);
    // Whether a project's servers may be used, only a person can say; named, they may.
    const named = ['--mcp-config', '.mcp.json', '--strict-mcp-config'];
    return {
      args: [
        ...['-p', prompt, '--allowedTools', `mcp__${place.server}__slow`],
        ...(place.scope === 'workspace' ? named : []),
      ],
      env: {
        ANTHROPIC_BASE_URL: place.modelOrigin,
        ANTHROPIC_API_KEY: 'none',
        ENABLE_TOOL_SEARCH: 'false',
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      },
    };
  },
};

const codex: Program = {
  command: 'codex',
  product: 'codex',
  prepare: (place) => {
    const { folder } = place.gateway;
    const settings = [
      'model = "none"',
      'model_provider = "none"',
      '[model_providers.none]',
      'name = "none"',
      `base_url = "${place.modelOrigin}/v1"`,
      'wire_api = "responses"',
      `[projects."${folder}"]`,
      'trust_level = "trusted"',
    ];
    write(join(folder, '.codex', 'config.toml'), `${settings.join('\n')}\n`);
    enter('codex', place);
    const free = '--dangerously-bypass-approvals-and-sandbox';
    return { args: ['exec', '--skip-git-repo-check', free, prompt], env: {} };
  },
};

const gemini: Program = {
  command: 'gemini',
  product: 'gemini-cli',
  prepare: (place) => {
    const security = { auth: { selectedType: 'gemini-api-key' } };
    const settings = { security, privacy: { usageStatisticsEnabled: false } };
    write(join(place.gateway.folder, '.gemini', 'settings.json'), JSON.stringify(settings));
    enter('gemini-cli', place);
    return {
      args: ['-p', prompt, '--yolo', '--skip-trust', '-m', 'gemini-2.5-pro'],
      env: { GEMINI_API_KEY: 'none', GOOGLE_GEMINI_BASE_URL: place.modelOrigin },
    };
  },
};

export const programs = [claude, codex, gemini] as const;
