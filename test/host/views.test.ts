// Rows, hovers and the status bar's table over servers in every state, made with the editor's own classes.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { realClock } from '../../src/base/clock.ts';
import { aFailure, type Failure } from '../../src/core/connection/failure.ts';
import { commandIds } from '../../src/host/commandIds.ts';
import { statusTooltip } from '../../src/host/statusTooltip.ts';
import { itemOf } from '../../src/host/treeItems.ts';
import { childrenOf, type Row } from '../../src/host/treeRows.ts';
import { tooltipOf } from '../../src/host/treeTooltips.ts';
import { createServerWords } from '../../src/host/words.ts';
import { aDefinition, aTool, FakeFleet, FakeServer } from '../support/fakeFleet.ts';
import type { GatewayDoor } from '../../src/host/gatewayDoor.ts';
import { Source } from '../../src/base/signal.ts';
import type { ServerWatch } from '../../src/runtime/watch.ts';
import { fillGallery } from './gallery/servers.ts';

const fleet = new FakeFleet();
fillGallery(fleet, Date.now());
const words = createServerWords(realClock);
const token = 'a-token-that-nobody-may-see';
const open: GatewayDoor = { kind: 'open', port: 49_152, ports: [49_152], token, instead: null };
const door = new Source<GatewayDoor>(open);
const below = (row: Row): Row[] => [row, ...childrenOf(row).flatMap(below)];
const rows: readonly Row[] = [
  ...fleet.servers.value.flatMap((server) => below({ kind: 'server', server })),
  ...fleet.bad.value.map((bad): Row => ({ kind: 'bad', bad })),
  { kind: 'gateway', door: open, clients: 2 },
  { kind: 'gateway', door: { kind: 'opening' }, clients: 0 },
  { kind: 'gateway', door: { kind: 'failed', code: 'EACCES' }, clients: 0 },
  ...below({ kind: 'complaints', complaints: [{ key: 'statusBar', text: 'must be a word' }] }),
];
const labelOf = ({ label }: vscode.TreeItem): string => (typeof label === 'string' ? label : '');

describe('every row', () => {
  it('has a label, an icon, a stable id, a menu and a sentence', () => {
    for (const row of rows) {
      const item = itemOf(row, words);
      assert.ok(labelOf(item) !== '', JSON.stringify(item));
      assert.ok(item.iconPath instanceof vscode.ThemeIcon, labelOf(item));
      assert.ok(item.id !== undefined && item.contextValue !== undefined, labelOf(item));
      assert.ok((item.accessibilityInformation?.label ?? '') !== '', labelOf(item));
      assert.equal(item.tooltip, undefined, 'Hovers are made when somebody hovers.');
      assert.equal(item.command, undefined, 'No row acts as a button.');
    }
  });

  it('says nothing that is undefined or null, neither in its line nor in its hover', () => {
    for (const row of rows) {
      const item = itemOf(row, words);
      const text = `${labelOf(item)} ${String(item.description)} ${tooltipOf(row, words, open).value}`;
      assert.doesNotMatch(text, /undefined|null|NaN|\{\d\}|Invalid Date/);
    }
  });

  it('is told to the ear in sentences, with whole words in place of signs and short forms', () => {
    const spoken = rows
      .filter(({ kind }) => ['part', 'client', 'event', 'gateway', 'complaint'].includes(kind))
      .map((row) => itemOf(row, words).accessibilityInformation?.label ?? '');
    for (const text of spoken) assert.doesNotMatch(text, /·|→|\d (ms|s|min|h|d)\b|\.\./);
    const told = spoken.join('\n');
    assert.match(told, /^Session: the same session goes on\. The server calls itself /m);
    assert.match(told, /^Health: .*\. Answered in \d+ milliseconds\.$/m);
    assert.match(told, /^codex-mcp-client: Connecting\. Calls held: 1\.$/m);
    assert.match(told, /^Gateway: open at 127\.0\.0\.1:49152\. Clients: 2\.$/m);
    assert.match(told, /: from ready to reconnecting\. Cause: the connection was lost\.$/m);
  });

  it('of a server carries the actions of its state for the menus', () => {
    const contexts = fleet.servers.value.map(
      (server) => itemOf({ kind: 'server', server }, words).contextValue,
    );
    assert.ok(contexts.includes('server disabled enable doubting'));
    assert.ok(contexts.includes('server stopped start disable doubting'));
    assert.ok(contexts.includes('server ready reconnect renew stop disable call doubting'));
  });
});

describe('a server whose hints are trusted', () => {
  const server = new FakeServer(aDefinition('sure', { trustHints: true }), { kind: 'idle' });

  it('offers to stop trusting, and says in its hover that they are', () => {
    assert.match(String(itemOf({ kind: 'server', server }, words).contextValue), / trusting$/);
    assert.match(
      tooltipOf({ kind: 'server', server }, words, open).value,
      /trusted: calls of tools/,
    );
    const doubted = new FakeServer(aDefinition('unsure'), { kind: 'idle' });
    assert.doesNotMatch(
      tooltipOf({ kind: 'server', server: doubted }, words, open).value,
      /trusted/,
    );
  });
});

describe('text of a server', () => {
  it('never becomes a link, a picture or a command of a hover', () => {
    const server = new FakeServer(aDefinition('evil'), { kind: 'idle' });
    const tool = aTool('[x](command:evil)', {
      description: '![p](https://e.x/p.png) [y](command:evil) <b>',
    });
    const hover = tooltipOf({ kind: 'tool', server, tool, copy: 0 }, words, open);
    assert.doesNotMatch(hover.value, /[^\\]\]\(|<b>/);
    assert.equal(hover.isTrusted, undefined);
  });
});

describe('the gateway', () => {
  const textOf = (row: Row, at: GatewayDoor): string =>
    `${String(itemOf(row, words).description)} ${tooltipOf(row, words, at).value}`;

  it('shows where it is, who uses it, and never its token', () => {
    const row: Row = { kind: 'gateway', door: open, clients: 1 };
    assert.match(textOf(row, open), /127\.0\.0\.1:49152 · 1 client /);
    const all = [...rows, row].map((each) => textOf(each, open)).join('\n');
    assert.ok(!`${all}${statusTooltip({ fleet, words, door }).value}`.includes(token));
  });

  it('says why it is not there, where it is not', () => {
    const failed: GatewayDoor = { kind: 'failed', code: 'EACCES' };
    assert.match(
      textOf({ kind: 'gateway', door: failed, clients: 0 }, failed),
      /this system does not allow it/,
    );
    const { value } = statusTooltip({ fleet, words, door: new Source<GatewayDoor>(failed) });
    assert.match(value, /this system does not allow it/);
    const off = statusTooltip({ fleet, words, door: new Source<GatewayDoor>({ kind: 'off' }) });
    assert.doesNotMatch(off.value, /Gateway/);
  });

  it('gives each enabled server a URL in its hover', () => {
    const hoverAt = (at: GatewayDoor, enabled: boolean): string => {
      const server = new FakeServer(aDefinition('my notes', { enabled }), { kind: 'idle' });
      return tooltipOf({ kind: 'server', server }, words, at).value;
    };
    assert.match(hoverAt(open, true), /http:\/\/127\.0\.0\.1:49152\/mcp\/my%20notes/);
    assert.doesNotMatch(hoverAt(open, false), /49152/);
    assert.doesNotMatch(hoverAt({ kind: 'opening' }, true), /49152/);
  });
});

describe('the table of the status bar', () => {
  it('has a row per server, and runs no command but ours and the list of the servers of the editor', () => {
    const { value, isTrusted } = statusTooltip({ fleet, words, door });
    for (const { id } of fleet.servers.value)
      assert.ok(value.replaceAll('\\', '').includes(id), id);
    assert.ok(typeof isTrusted === 'object');
    const list = 'workbench.mcp.listServer';
    assert.deepEqual(isTrusted.enabledCommands, [...Object.keys(commandIds), list]);
    assert.ok(value.includes(`(command:${list} `), 'It leads to the servers of the editor.');
  });

  it('offers what a person is waited for before anything else', () => {
    const waiting = new FakeFleet();
    const isLeft = (server: ServerWatch): boolean => server.id !== 'shared';
    const asking = createServerWords(realClock, () => false, isLeft);
    const serverIn = (name: string, failure: Failure): FakeServer => {
      const kind = failure.kind === 'unauthorized' ? 'needs-auth' : 'needs-input';
      return new FakeServer(aDefinition(name), { kind, since: 0, attempt: 1, failure });
    };
    waiting.servers.set([
      serverIn('signed-out', aFailure('unauthorized', '')),
      serverIn('asking', aFailure('needs-input', 'token')),
      serverIn('shared', aFailure('unapproved', '')),
    ]);
    const { value } = statusTooltip({ fleet: waiting, words: asking, door });
    for (const [command, name] of [
      ['signIn', 'signed-out'],
      ['enterValues', 'asking'],
      ['reviewServer', 'shared'],
    ])
      assert.ok(value.includes(`command:mcpLifeline.${command}?%5B%22${name}%22%5D`), value);
    assert.doesNotMatch(value, /reconnectServer/);
  });

  it('counts the calls that wait for a decision and the calls that are held', () => {
    const { value } = statusTooltip({ fleet, words, door });
    assert.match(value, /2 calls wait for your decision\]\(command:mcpLifeline\.showPendingCalls/);
    assert.match(value, /2 calls held/);
    const calm = new FakeFleet();
    fillGallery(calm, Date.now(), ['issue-tracker']);
    assert.doesNotMatch(statusTooltip({ fleet: calm, words, door }).value, /decision/);
  });

  it('does not change from second to second while nothing counts down', () => {
    const still = new FakeFleet();
    const now = Date.now();
    fillGallery(still, now, ['issue-tracker', 'search', 'weather']);
    let time = now;
    const later = createServerWords({ ...realClock, now: () => time });
    const first = statusTooltip({ fleet: still, words: later, door }).value;
    time += 7_000;
    assert.equal(statusTooltip({ fleet: still, words: later, door }).value, first);
  });
});
