// The manifest and the code cannot disagree: settings, commands and words are compared in both directions.
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  type SettingKey,
  type SettingRow,
  descriptionId,
  settingTable,
} from '../src/core/settingTable.ts';
import { commandIds } from '../src/host/commandIds.ts';
import {
  contextKeys,
  definitionProviderId,
  healthToolName,
  lastingSchemes,
  timelineViewType,
} from '../src/host/contributions.ts';
import { readProjectJson, sourcesUnder } from './support/sources.ts';

const property = z.looseObject({
  scope: z.string().optional(),
  order: z.number(),
  default: z.unknown().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  enum: z.array(z.unknown()).optional(),
  description: z.string().optional(),
  markdownDescription: z.string().optional(),
});
const menuItem = z.looseObject({ command: z.string().optional(), when: z.string().optional() });
const manifest = z
  .looseObject({
    main: z.string(),
    activationEvents: z.array(z.string()),
    icon: z.string().optional(),
    capabilities: z.looseObject({
      untrustedWorkspaces: z.looseObject({ restrictedConfigurations: z.array(z.string()) }),
    }),
    contributes: z.looseObject({
      configuration: z.array(
        z.looseObject({
          title: z.string(),
          order: z.number(),
          properties: z.record(z.string(), property),
        }),
      ),
      commands: z.array(z.looseObject({ command: z.string(), title: z.string() })),
      viewsWelcome: z.array(z.looseObject({ when: z.string().optional() })),
      menus: z.record(z.string(), z.array(menuItem)).optional(),
      mcpServerDefinitionProviders: z.array(z.looseObject({ id: z.string() })),
      languageModelTools: z.array(
        z.looseObject({ name: z.string(), displayName: z.string(), modelDescription: z.string() }),
      ),
    }),
  })
  .parse(readProjectJson('package.json'));

const groups = manifest.contributes.configuration;
const properties = Object.fromEntries(groups.flatMap((group) => Object.entries(group.properties)));
const table: Readonly<Record<string, SettingRow>> = settingTable;
const rows = Object.entries(table);
const prefixed = (key: string): string => `mcpLifeline.${key}`;

describe('settings', () => {
  test('the manifest and the table have the same keys', () => {
    const expected = Object.keys(table).map(prefixed).sort();
    expect(Object.keys(properties).sort()).toEqual(expected);
  });

  test.each(rows)('%s has the same default, limits and choices in both', (key, row) => {
    const shown = properties[prefixed(key)];
    if (row.kind !== 'servers' && row.kind !== 'inputs')
      expect(shown?.default).toEqual(row.default);
    if (row.kind === 'number') {
      expect(shown).toMatchObject({ minimum: row.min, maximum: row.max });
    }
    if (row.kind === 'choice') expect(shown?.enum).toEqual(row.choices);
  });

  test.each(rows)('%s is described by its own words', (key) => {
    const shown = properties[prefixed(key)];
    const isKey = (name: string): name is SettingKey => Object.hasOwn(settingTable, name);
    const words = isKey(key) ? `%${descriptionId(key)}%` : '';
    expect([shown?.description, shown?.markdownDescription]).toContain(words);
  });
});

describe('groups of settings', () => {
  test('they stand in their order, and each setting has its own place in its group', () => {
    const ranks = (length: number): number[] => Array.from({ length }, (_, index) => index + 1);
    expect(groups.map(({ order }) => order)).toEqual(ranks(groups.length));
    for (const group of groups) {
      const places = Object.values(group.properties).map(({ order }) => order);
      expect(places, group.title).toEqual(ranks(places.length));
    }
  });

  test('no setting is in two groups, and a link leads to a setting that there is', () => {
    const keys = groups.flatMap((group) => Object.keys(group.properties));
    expect(keys.length).toBe(new Set(keys).size);
    const words = readProjectJson('package.nls.json');
    const links = [...JSON.stringify(words).matchAll(/`#([\w.]+)#`/g)];
    expect(links.map(([, key]) => key).filter((key) => !keys.includes(key ?? ''))).toEqual([]);
  });

  test('words with links or code are given as Markdown, which alone shows them so', () => {
    const words = z.record(z.string(), z.string()).parse(readProjectJson('package.nls.json'));
    const plain = Object.values(properties).flatMap(({ description }) => description ?? []);
    const drawn = plain.filter((key) => words[key.slice(1, -1)]?.includes('`') === true);
    expect(drawn).toEqual([]);
  });
});

describe('settings of a workspace that nobody trusts', () => {
  const { restrictedConfigurations } = manifest.capabilities.untrustedWorkspaces;

  // What is contacted, run, opened to others or kept depends on nearly all of them, so that none is left to such a workspace.
  test('[locked-door] none of ours counts', () => {
    expect(restrictedConfigurations.toSorted()).toEqual(Object.keys(properties).toSorted());
  });

  test('[locked-door] where events are sent is the business of no workspace at all', () => {
    expect(properties['mcpLifeline.eventStore.redisUrl']?.scope).toBe('machine');
  });

  test('servers and what they ask for may stand in each folder of a workspace', () => {
    const scopes = ['servers', 'inputs'].map((key) => properties[prefixed(key)]?.scope);
    expect(scopes).toEqual(['resource', 'resource']);
  });
});

describe('commands', () => {
  const declared = manifest.contributes.commands.map(({ command }) => command);

  test('the manifest and the table have the same ids', () => {
    expect(declared.toSorted()).toEqual(Object.keys(commandIds).toSorted());
  });

  test('menus name only commands that exist', () => {
    const named = Object.values(manifest.contributes.menus ?? {})
      .flat()
      .map(({ command }) => command)
      .filter((command) => command?.startsWith('mcpLifeline.') === true);
    expect(named.filter((command) => !declared.includes(command ?? ''))).toEqual([]);
  });

  test('what `when` clauses ask of us is told to the editor, and the other way round', () => {
    const clauses = JSON.stringify(manifest.contributes).matchAll(/"when":"([^"]*)"/g);
    const asked = [...clauses].flatMap(([, clause = '']) =>
      [...clause.replaceAll(/\bview == \S+/g, '').matchAll(/mcpLifeline\.\w+/g)].flat(),
    );
    expect([...new Set(asked)].toSorted()).toEqual(Object.values(contextKeys).toSorted());
  });
});

/** What the palette asks before it offers a command; all others it always offers. */
const asked: Readonly<Record<string, string>> = {
  reconnectServer: 'canReconnect',
  reconnectAll: 'canReconnect',
  startNewSession: 'canReconnect',
  startServer: 'canStart',
  stopServer: 'canStop',
  enableServer: 'canEnable',
  disableServer: 'canDisable',
  callTool: 'canCall',
  trustHints: 'canTrustHints',
  stopTrustingHints: 'canStopTrustingHints',
  signIn: 'canSignIn',
  // Also of a server that is switched off, or that is another window's to look at.
  signOut: 'hasServers',
  reviewServer: 'waitsForLeave',
  enterValues: 'waitsForValues',
  connectClient: 'hasServers',
  copyGatewayUrl: 'hasServers',
  takeOver: 'hasFound',
  // Another window may have taken over what this one does not know of yet.
  giveBack: 'hasServers hasTaken',
  filterHistory: 'hasHistory historyIsFiltered',
  clearHistory: 'hasHistory',
  runPendingCall: 'hasPendingCalls',
  runPendingCallAgain: 'hasPendingCalls',
  discardPendingCall: 'hasPendingCalls',
  showPendingResult: 'hasPendingCalls',
};

describe('what cannot be done', () => {
  const { commandPalette = [], ...menus } = manifest.contributes.menus ?? {};

  test('the palette does not offer', () => {
    const shown = commandPalette
      .filter(({ command }) => command !== 'mcpLifeline.runToolDocument')
      .map(({ command, when }) => [command, when]);
    const expected = Object.entries(asked).map(([name, keys]) => [
      prefixed(name),
      keys.split(' ').map(prefixed).join(' || '),
    ]);
    expect(Object.fromEntries(shown)).toEqual(Object.fromEntries(expected));
  });

  test.each([
    ['reconnectAll', 'hasServers'],
    ['callTool', 'hasServers'],
    ['connectClient', 'hasServers'],
    ['clearStoredSessions', 'hasServers'],
    ['takeOver', 'hasFound'],
    ['giveBack', 'hasTaken'],
    ['filterHistory', 'hasHistory'],
    ['clearHistory', 'hasHistory'],
  ])('the title of a view does not offer: %s', (name, key) => {
    const shown = menus['view/title']?.filter(({ command }) => command === prefixed(name)) ?? [];
    expect(shown.map(({ when = '' }) => when.includes(prefixed(key)))).toEqual([true]);
  });

  test('no view says that it is empty before it can know', () => {
    const clauses = manifest.contributes.viewsWelcome.map(({ when = '' }) => when);
    const isLater = (when: string): boolean =>
      when.includes(contextKeys.isReady) || when === contextKeys.historyIsFiltered;
    expect(clauses.filter((when) => !isLater(when))).toEqual([]);
  });
});

test('what stands open over a reload starts the extension that shows it', () => {
  expect(manifest.activationEvents).toEqual([
    'onStartupFinished',
    ...Object.values(lastingSchemes).map((scheme) => `onFileSystem:${scheme}`),
    `onWebviewPanel:${timelineViewType}`,
  ]);
});

describe('for the agent of the editor', () => {
  const { mcpServerDefinitionProviders: providers, languageModelTools: tools } =
    manifest.contributes;

  test('the manifest announces what the code registers, and nothing else', () => {
    expect(providers.map(({ id }) => id)).toEqual([definitionProviderId]);
    expect(tools.map(({ name }) => name)).toEqual([healthToolName]);
  });

  test('a tool has a name that models take, and no condition that would hide it', () => {
    for (const tool of tools) {
      expect(tool.name).toMatch(/^[\w-]{1,64}$/);
      expect(tool['when']).toBeUndefined();
      expect(tool.modelDescription.length).toBeGreaterThan(100);
    }
  });
});

describe('words', () => {
  const words = z.record(z.string(), z.string()).parse(readProjectJson('package.nls.json'));
  const used = new Set(
    [...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map((match) => match[1] ?? ''),
  );

  test('every word that the manifest uses is written down', () => {
    expect([...used].filter((key) => !Object.hasOwn(words, key))).toEqual([]);
  });

  test('every word that is written down is used', () => {
    expect(Object.keys(words).filter((key) => !used.has(key))).toEqual([]);
  });

  test('none is empty', () => {
    expect(Object.entries(words).filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  test('every title and description comes from there', () => {
    const titles = manifest.contributes.commands.map(({ title }) => title);
    expect(titles.filter((title) => !/^%[^%]+%$/.test(title))).toEqual([]);
  });
});

describe('files', () => {
  test('the icon of the manifest exists', () => {
    const pictures = sourcesUnder('media', '').map(({ path }) => path);
    expect(pictures).toContain(manifest.icon ?? 'an icon');
  });
});
