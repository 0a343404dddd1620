// The real views over made-up servers, one in every state: to look at them, and to take pictures. Bundled in place of
// src/extension.ts into a folder of its own; it never ships.
import * as vscode from 'vscode';
import { realClock } from '../../../src/base/clock.ts';
import { Source } from '../../../src/base/signal.ts';
import { createLogs } from '../../../src/host/log.ts';
import { createScreen } from '../../../src/host/screen.ts';
import { createEditorSettings } from '../../../src/host/settings.ts';
import type { TakeOvers } from '../../../src/host/takeOverPorts.ts';
import { FakeChronicle } from '../../support/fakeChronicle.ts';
import { FakeFleet } from '../../support/fakeFleet.ts';
import { registerHealthTool } from '../../../src/host/healthTool.ts';
import { galleryGateway } from './gateway.ts';
import { aHistory } from './history.ts';
import { fillGallery } from './servers.ts';

const nothingTaken = (): TakeOvers => ({
  taken: new Source([]),
  refresh: () => Promise.resolve(null),
  ourEntry: (entry) => entry,
  draft: () => null,
  hide: (draft) => ({ draft, answers: new Map() }),
  leave: () => null,
  missingBridge: () => null,
  take: () => Promise.resolve([]),
  plan: () => Promise.resolve([]),
  give: () => Promise.resolve(null),
});

export const activate = (context: vscode.ExtensionContext): void => {
  const logs = createLogs((text) => text);
  const settings = createEditorSettings(logs.own);
  const fleet = new FakeFleet();
  const chronicle = new FakeChronicle();
  chronicle.write(...aHistory(Date.now()));
  const gateway = galleryGateway(context.extensionPath);
  const screen = createScreen({
    clock: realClock,
    fleet,
    chronicle,
    diagnosis: { version: '1.0.0', clean: (text) => text },
    extensionUri: context.extensionUri,
    gateway,
    found: { files: new Source([]), refresh: () => Promise.resolve() },
    takeOvers: nothingTaken(),
    probe: () => Promise.resolve({ kind: 'untried', reason: 'Nothing is tried here.' }),
    settings,
    approvals: {
      isAllowed: () => true,
      allow: () => undefined,
      revokeAll: () => 0,
      onChange: () => ({ dispose: () => undefined }),
    },
    entered: {
      values: {
        give: () => Promise.resolve(),
        kept: () => Promise.resolve([]),
        forget: () => Promise.resolve(),
      },
      missing: () => Promise.resolve([]),
      inputs: () => [],
    },
    logs,
    workspaceState: context.workspaceState,
    accountOf: () => null,
    keptAccountOf: () => Promise.resolve(null),
    clearStoredSessions: () => ({ atServers: 3, atGateway: 1 }),
  });
  const say = (text: string): unknown => vscode.window.showInformationMessage(text);
  context.subscriptions.push(
    logs,
    settings,
    screen,
    registerHealthTool({ fleet, healthReport: gateway.healthReport }),
    vscode.commands.registerCommand('gallery.fill', (names?: string[]) =>
      fillGallery(fleet, Date.now(), names),
    ),
    vscode.commands.registerCommand('gallery.fine', () =>
      fillGallery(fleet, Date.now(), ['issue-tracker', 'search']),
    ),
    vscode.commands.registerCommand('gallery.off', () =>
      fillGallery(fleet, Date.now(), ['archive']),
    ),
    vscode.commands.registerCommand('gallery.recovering', () =>
      fillGallery(fleet, Date.now(), ['issue-tracker', 'search', 'dev-server']),
    ),
    vscode.commands.registerCommand('gallery.empty', () => {
      fleet.servers.set([]);
      fleet.bad.set([]);
    }),
    vscode.commands.registerCommand('gallery.tell', () => {
      const server = fleet.get('dev-server');
      if (server) screen.tell({ server, about: 'not-recovering' });
    }),
    vscode.commands.registerCommand('gallery.tellAll', () => {
      for (const name of ['github', 'files']) {
        const server = fleet.get(name);
        if (server) screen.tell({ server, about: name === 'files' ? 'crash-loop' : 'needs-auth' });
      }
    }),
    vscode.commands.registerCommand('gallery.asked', () =>
      say(
        fleet.servers.value
          .flatMap((server) => server.asked.map((asked) => `${server.id}: ${asked}`))
          .join('; '),
      ),
    ),
  );
  fillGallery(fleet, Date.now());
};
