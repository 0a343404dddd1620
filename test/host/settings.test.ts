// The settings as they reach the servers, and the commands that write them, inside an editor. The servers do not start
// by themselves, so that nothing here depends on a network.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { isObject } from '../../src/core/rpc.ts';
import type { LifelineApi } from '../../src/host/apiTypes.ts';
import { createEditorSettings } from '../../src/host/settings.ts';
import { plantedHeaders } from '../support/planted.ts';
import { settle } from '../support/virtualClock.ts';

const api = async (): Promise<LifelineApi> => {
  const found = vscode.extensions.getExtension<LifelineApi>('mcp-lifeline.mcp-lifeline');
  assert.ok(found !== undefined, 'The extension under development is installed.');
  return found.activate();
};

const { Global, Workspace } = vscode.ConfigurationTarget;
const write = (servers: unknown, target = Workspace): Thenable<void> =>
  vscode.workspace.getConfiguration('mcpLifeline').update('servers', servers, target);

/** Resolves when the servers are these; the test's time limit ends a vain wait. */
const until = async (expected: Readonly<Record<string, string>>): Promise<void> => {
  const lifeline = await api();
  const seen = () => Object.fromEntries(lifeline.servers.map(({ name, state }) => [name, state]));
  const matches = (): boolean => {
    try {
      assert.deepEqual(seen(), expected);
      return true;
    } catch {
      // Not yet.
      return false;
    }
  };
  if (matches()) return;
  await new Promise<void>((resolve) => {
    const ear = lifeline.onDidChange(() => {
      if (!matches()) return;
      ear.dispose();
      resolve();
    });
  });
};

const resting = {
  url: 'http://127.0.0.1:9/mcp',
  headers: plantedHeaders('host'),
  autoStart: false,
};

const stored = (target: 'globalValue' | 'workspaceValue', name: string): unknown => {
  const servers = vscode.workspace.getConfiguration('mcpLifeline').inspect('servers')?.[target];
  return isObject(servers) ? servers[name] : undefined;
};

describe('the settings', () => {
  afterEach(async () => {
    await write(undefined);
    await write(undefined, Global);
    await until({});
  });

  it('make servers appear, change and go', async () => {
    await write({ one: resting });
    await until({ one: 'idle' });
    await write({ one: { ...resting, enabled: false }, two: resting });
    await until({ one: 'disabled', two: 'idle' });
    await write({ two: resting });
    await until({ two: 'idle' });
  });

  it('with one bad entry still give the good ones', async () => {
    await write({ bad: { url: 5 }, good: resting });
    await until({ good: 'idle' });
  });

  it('of the user and of the workspace add up', async () => {
    await write({ mine: resting }, Global);
    await write({ ours: resting });
    await until({ mine: 'idle', ours: 'idle' });
  });

  it('are written by Disable and Enable where the server is defined', async () => {
    await write({ mine: resting }, Global);
    await write({ ours: resting });
    await until({ mine: 'idle', ours: 'idle' });
    await vscode.commands.executeCommand('mcpLifeline.disableServer', 'mine');
    await vscode.commands.executeCommand('mcpLifeline.disableServer', 'ours');
    await until({ mine: 'disabled', ours: 'disabled' });
    assert.deepEqual(stored('globalValue', 'mine'), { ...resting, enabled: false });
    assert.deepEqual(stored('workspaceValue', 'ours'), { ...resting, enabled: false });
    assert.equal(stored('workspaceValue', 'mine'), undefined);
    await vscode.commands.executeCommand('mcpLifeline.enableServer', 'ours');
    await until({ mine: 'disabled', ours: 'idle' });
  });
});

describe('the wish for no more notifications', () => {
  const read = () => vscode.workspace.getConfiguration('mcpLifeline');
  const log = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  const settings = createEditorSettings({ ...log, error: () => undefined });

  after(() => settings.dispose());
  afterEach(async () => {
    await read().update('notifications', undefined, Workspace);
    await read().update('notifications', undefined, Global);
  });

  it('counts at once, also where the workspace says otherwise', async () => {
    await read().update('notifications', 'on', Workspace);
    await settings.muteNotifications();
    assert.equal(read().get('notifications'), 'off');
    assert.equal(settings.current.value.notifications, 'off');
    assert.equal(read().inspect('notifications')?.globalValue, 'off');
  });

  it('leaves a workspace alone that says nothing of it', async () => {
    await settings.muteNotifications();
    assert.equal(read().get('notifications'), 'off');
    assert.equal(read().inspect('notifications')?.workspaceValue, undefined);
  });
});

describe('trust in tool hints', () => {
  afterEach(async () => {
    await write(undefined);
    await until({});
  });

  it('is withdrawn at once by its command, and only for that server', async () => {
    const trusted = { ...resting, trustHints: true };
    await write({ one: trusted, two: trusted });
    await until({ one: 'idle', two: 'idle' });
    await vscode.commands.executeCommand('mcpLifeline.stopTrustingHints', 'one');
    assert.deepEqual(stored('workspaceValue', 'one'), { ...resting, trustHints: false });
    assert.deepEqual(stored('workspaceValue', 'two'), trusted);
  });

  it('is granted by the user alone: Enter without a choice grants nothing', async () => {
    await write({ one: resting });
    await until({ one: 'idle' });
    const asked = vscode.commands.executeCommand('mcpLifeline.trustHints', 'one');
    // Once the question was sent to the editor, the editor does this after showing it.
    await settle();
    await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    await asked;
    assert.deepEqual(stored('workspaceValue', 'one'), resting);
  });
});

describe('a document of arguments', () => {
  it('for a tool that nobody has is not found', async () => {
    const uri = vscode.Uri.parse('mcp-lifeline-call:/nobody/nothing.jsonc');
    await assert.rejects(async () => vscode.workspace.openTextDocument(uri));
  });
});
