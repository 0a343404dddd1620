// The text of a bug report.
import { describe, expect, it } from 'vitest';
import { diagnosticText, type DiagnosticFacts } from '../../src/core/diagnostics.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';

const { settings } = parseSettings({
  servers: {
    web: {
      url: 'https://secret.example.com/mcp?key=hunter2',
      headers: { Authorization: 'Bearer hunter2' },
    },
    program: { command: 'node', args: ['--token=hunter2'], env: { KEY: 'hunter2' } },
    bad: { url: 7 },
  },
});

const facts: DiagnosticFacts = {
  now: 10_000,
  versions: [['MCP Lifeline', '1.0.0']],
  raw: {
    servers: { web: { url: 'https://secret.example.com' } },
    connectTimeout: 30_000,
    statusBar: 'problems',
    'eventStore.redisUrl': 'redis://:hunter2@localhost',
    'calls.holdBudget': undefined,
    unknown: 'hunter2',
  },
  complaints: ["'mcpLifeline.statusBar' must be\na word"],
  servers: settings.servers,
  report: '# MCP Lifeline: healthy\n\n## Servers\n\nNone.',
  history: [
    {
      ...{ kind: 'recovery', serverId: 'web', at: 5_000, until: 6_000, client: null },
      ...{ cause: 'lost', failure: 'closed', detail: 'socket hang up', rung: 'same-session' },
      attempts: 1,
      calls: { held: 0, repeated: 0, unknown: 0, refused: 0 },
    },
  ],
  timeOf: (at) => `T${at}`,
};

describe('the diagnostics', () => {
  const text = diagnosticText(facts);

  it('say nothing of addresses, headers, arguments, variables and secret settings [keep-secrets]', () => {
    expect(text).not.toMatch(/hunter2|secret\.example|Authorization|--token/);
  });

  it('name the settings that are not as they come, and no others', () => {
    expect(text.match(/^- `mcpLifeline\..*$/gm)).toEqual([
      '- `mcpLifeline.statusBar`: `"problems"`',
      '- `mcpLifeline.eventStore.redisUrl`: `(set, not shown)`',
    ]);
    expect(text).toContain("- Not used: 'mcpLifeline.statusBar' must be a word");
  });

  it('list the servers by name and kind, also those that cannot be used', () => {
    expect(text).toContain('- `web`: http, perClient');
    expect(text).toContain('- `program`: stdio, shared');
    expect(text).toContain('- `bad`: cannot be used');
  });

  it('hold the health report, one level down, and the newest of the history with its reasons', () => {
    expect(text).toContain('\n## MCP Lifeline: healthy\n\n### Servers\n');
    expect(text).toContain(
      '- T5000 `web` Down for 1.0 s: connection closed. Same session. (`socket hang up`)',
    );
  });

  it('say so where there is nothing', () => {
    const empty = diagnosticText({ ...facts, raw: {}, servers: [], history: [], complaints: [] });
    expect(empty).toContain('All as they come.');
    expect(empty).toContain('None.');
    expect(empty).toContain('There is no history yet.');
  });
});
