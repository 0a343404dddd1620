// What keeps a planned Take Over from being of use, and what the user should know of it first. Asked before anything is changed.
// Not here: what goes wrong while files are written (sources).
import * as vscode from 'vscode';
import type { Settings } from '../core/settings.ts';
import type { FoundServer } from '../core/sources.ts';
import type { GatewayDoor } from './gatewayDoor.ts';
import { isEditors, productOf, shortFile } from './sourceWords.ts';
import type { TakeOvers } from './takeOverPorts.ts';
import type { Planned } from './takeOverWishes.ts';

export interface ObstaclePorts {
  readonly door: { readonly value: GatewayDoor };
  readonly takeOvers: Pick<TakeOvers, 'missingBridge'>;
}

/** Why another product would reach nothing through us; null: it would. */
const deadEnd = (product: string, { door, takeOvers }: ObstaclePorts): string | null => {
  const { t } = vscode.l10n;
  switch (door.value.kind) {
    case 'off':
      return t(
        'The gateway is switched off, so that {0} would no longer reach the server. Switch on mcpLifeline.gateway.enabled first.',
        product,
      );
    case 'failed':
      return t(
        'The gateway could not be opened, so that {0} would no longer reach the server. Its row in the view says why.',
        product,
      );
    case 'opening':
    case 'open': {
      const bridge = takeOvers.missingBridge();
      return bridge === null
        ? null
        : t(
            'The bridge is not at {0}, so that {1} would no longer reach the server. Reload the window; if that does not help, the log says why it cannot be put there.',
            shortFile(bridge),
            product,
          );
    }
  }
};

/** What keeps all of it from being of use; null: nothing. */
export const obstacle = (servers: readonly FoundServer[], ports: ObstaclePorts): string | null => {
  const other = servers.find(({ place }) => !isEditors(place.kind));
  const why = other ? deadEnd(productOf(other.place.kind), ports) : null;
  if (why !== null) return why;
  const files = new Set(servers.map(({ place }) => place.file));
  const dirty = vscode.workspace.textDocuments.find(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file' && files.has(uri.fsPath),
  );
  return dirty
    ? vscode.l10n.t(
        '{0} has changes that are not saved. Save it first.',
        shortFile(dirty.uri.fsPath),
      )
    : null;
};

/** The editor's agent would lose it. */
export const offerWarning = (planned: readonly Planned[], { gateway }: Settings): string | null => {
  const isTheirs = planned.some(({ wish }) => isEditors(wish.server.place.kind));
  if (!isTheirs || (gateway.enabled && gateway.offerToEditor)) return null;
  return vscode.l10n.t(
    'The agent of this editor will not have it: mcpLifeline.gateway.offerToEditor is switched off.',
  );
};
