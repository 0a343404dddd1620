// The Pending Calls view's rows and hovers, made with the editor's own classes, and its commands on a fleet of ours.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { realClock } from '../../src/base/clock.ts';
import { Source } from '../../src/base/signal.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import { pendingCommands } from '../../src/host/pendingCommands.ts';
import { pendingItem, pendingTooltip } from '../../src/host/pendingItems.ts';
import { createPendingNotice } from '../../src/host/pendingNotice.ts';
import { type PendingRow, pendingRows } from '../../src/host/pendingRows.ts';
import type { WarningPorts } from '../../src/host/warning.ts';
import { createServerWords } from '../../src/host/words.ts';
import type { PendingCall } from '../../src/runtime/watch.ts';
import { FakeFleet } from '../support/fakeFleet.ts';
import { settle, VirtualClock } from '../support/virtualClock.ts';
import { fillGallery } from './gallery/servers.ts';

const words = createServerWords(realClock);
/** Once the question was sent to the editor, the editor does this after showing it. */
const press = async (command: 'acceptSelectedQuickOpenItem' | 'quickOpenSelectPrevious') => {
  await settle();
  await vscode.commands.executeCommand(`workbench.action.${command}`);
};
const enter = (): Promise<void> => press('acceptSelectedQuickOpenItem');
const up = (): Promise<void> => press('quickOpenSelectPrevious');

const setUp = () => {
  const fleet = new FakeFleet();
  fillGallery(fleet, Date.now());
  const done: string[] = [];
  const note =
    (what: string) =>
    (server: { readonly id: string }, { key }: PendingCall): Promise<void> => {
      done.push(`${what} ${server.id} ${key}`);
      return Promise.resolve();
    };
  const tools = { runPending: note('run'), showPending: note('show') };
  const rowOf = (phase: PendingCall['phase']): PendingRow => {
    const row = pendingRows(fleet).find(({ call }) => call.phase === phase);
    assert.ok(row !== undefined, phase);
    return row;
  };
  return { fleet, done, rowOf, commands: pendingCommands({ fleet, words, tools }) };
};

describe('a row of the pending calls', () => {
  it('has a label, an icon, a stable id, a menu and a sentence, and says nothing that is undefined', () => {
    const { fleet } = setUp();
    for (const row of pendingRows(fleet)) {
      const item = pendingItem(row, words);
      assert.ok(item.iconPath instanceof vscode.ThemeIcon);
      assert.equal(item.id, pendingItem(row, words).id);
      assert.equal(item.contextValue?.startsWith(`pending ${row.call.phase}`), true);
      assert.ok((item.accessibilityInformation?.label ?? '').startsWith(row.call.tool));
      assert.equal(item.tooltip, undefined, 'Hovers are made when somebody hovers.');
      const text = `${String(item.description)} ${pendingTooltip(row, words).value}`;
      assert.doesNotMatch(text, /undefined|null|NaN|\{\d\}|Invalid Date/);
    }
  });

  it('shows its arguments in the hover, up to 2000 characters', () => {
    const { rowOf } = setUp();
    const { value } = pendingTooltip(rowOf('orphan-held'), words);
    assert.match(value, /"title": "Sessions vanish"/);
    const code = value.slice(value.indexOf('{\n'), value.lastIndexOf('…') + 1);
    assert.equal(code.length, 2001);
  });

  it('lets no text of a caller out of its block, nor into a link', () => {
    const { rowOf } = setUp();
    const row = rowOf('orphan-unknown');
    const evil = { ...row.call, tool: '[x](command:evil)', args: { a: '```\n[y](command:evil)' } };
    const { value, isTrusted } = pendingTooltip({ ...row, call: evil }, words);
    assert.doesNotMatch(value.slice(0, value.indexOf('{\n')), /[^\\]\]\(/);
    assert.doesNotMatch(value, /^```\n\[y/m);
    assert.equal(isTrusted, undefined);
  });
});

describe('the commands of the pending calls', () => {
  it('run, show and discard the call of the row that was given', async () => {
    const { commands, rowOf, done, fleet } = setUp();
    await commands['mcpLifeline.runPendingCall']({ raw: rowOf('orphan-held') });
    await commands['mcpLifeline.showPendingResult']({ raw: rowOf('answered') });
    await commands['mcpLifeline.discardPendingCall']({ raw: rowOf('orphan-unknown') });
    assert.deepEqual(done, ['run staging q-1', 'show search a-2']);
    assert.deepEqual(fleet.get('weather')?.pending.value, []);
  });

  it('run a call again that may have run only when the user says so, and Enter alone does not', async () => {
    const { commands, rowOf, done } = setUp();
    const row = rowOf('orphan-unknown');
    const first = commands['mcpLifeline.runPendingCallAgain']({ raw: row });
    await enter();
    await first;
    assert.deepEqual(done, []);
    const second = commands['mcpLifeline.runPendingCallAgain']({ raw: row });
    await up();
    await enter();
    await second;
    assert.deepEqual(done, ['run weather u-1']);
  });

  it('do not run a call that was discarded while the question was open', async () => {
    const { commands, rowOf, done, fleet } = setUp();
    const asked = commands['mcpLifeline.runPendingCallAgain']({ raw: rowOf('orphan-unknown') });
    fleet.get('weather')?.discardPending('u-1');
    await up();
    await enter();
    await asked;
    assert.deepEqual(done, []);
  });

  it('never take another call for one that has gone on, nor run one that may have run without asking', async () => {
    const { commands, rowOf, done, fleet } = setUp();
    const held = rowOf('orphan-held');
    fleet.get('staging')?.discardPending('q-1');
    await commands['mcpLifeline.runPendingCall']({ raw: held });
    await commands['mcpLifeline.runPendingCall']({ raw: rowOf('orphan-unknown') });
    await commands['mcpLifeline.showPendingResult']({ raw: rowOf('running') });
    assert.deepEqual(done, []);
  });

  it('ask which call is meant when none is given', async () => {
    const { commands, done } = setUp();
    const asked = commands['mcpLifeline.runPendingCall']({ raw: undefined });
    await enter();
    await asked;
    assert.deepEqual(done, ['run staging q-1']);
  });
});

describe('the notice on calls that were left behind', () => {
  const told = async (notifications: 'on' | 'off'): Promise<string[][]> => {
    const { fleet } = setUp();
    const clock = new VirtualClock();
    const shown: string[][] = [];
    const warning: WarningPorts = {
      settings: {
        current: new Source(parseSettings({ notifications }).settings),
        muteNotifications: () => Promise.resolve(),
      },
      show: (...parts) => {
        shown.push(parts);
        return Promise.resolve(undefined);
      },
      never: 'Never',
    };
    const notice = createPendingNotice({ fleet, clock, warning });
    await clock.advance(5_000);
    notice.dispose();
    return shown;
  };

  it('offers to be the last, and is none while notifications are switched off', async () => {
    const [[, ...buttons] = []] = await told('on');
    assert.deepEqual(buttons, ['Show Pending Calls', 'Never']);
    assert.deepEqual(await told('off'), []);
  });
});
