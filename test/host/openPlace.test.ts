// Open Configuration when no row was given: what it does where there is nothing to choose, and where nobody chose.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { openConfiguration } from '../../src/host/openPlace.ts';

const openTabs = (): readonly string[] =>
  vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(({ label }) => label));

/** The editor tells of its tabs a moment after it has opened them. */
const opened = (label: string): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (!openTabs().includes(label)) return;
      ear.dispose();
      resolve();
    };
    const ear = vscode.window.tabGroups.onDidChangeTabs(look);
    look();
  });

describe('Open Configuration', () => {
  afterEach(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });

  it('opens the setting where there is no server', async () => {
    await openConfiguration(undefined, () => Promise.resolve('none'));
    await opened('Settings');
  });

  it('opens nothing where the question was left', async () => {
    await openConfiguration(undefined, () => Promise.resolve(undefined));
    assert.deepEqual(openTabs(), []);
  });
});
