// What is said of the gateway's door: in the tree, in hovers, and when a command needs it open.
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import type { Signal } from '../base/signal.ts';
import { describeNoPort } from '../core/wording/port.ts';
import { type GatewayDoor, type OpenDoor, settledDoor } from './gatewayDoor.ts';

export const describeDoor = (door: GatewayDoor): string => {
  const { t } = vscode.l10n;
  switch (door.kind) {
    case 'off':
      return t('switched off');
    case 'opening':
      return t('opening');
    case 'open':
      return `127.0.0.1:${door.port}`;
    case 'failed':
      return describeNoPort(door.code, t);
  }
};

const sayWhyNot = async (door: Exclude<GatewayDoor, OpenDoor>): Promise<void> => {
  const { t } = vscode.l10n;
  const settings = t('Open Settings');
  switch (door.kind) {
    case 'opening':
      void vscode.window.showInformationMessage(
        t('The gateway is not open yet. Try again in a moment.'),
      );
      return;
    case 'off': {
      const text = t('The gateway is switched off, so no program can use your servers through it.');
      if ((await vscode.window.showInformationMessage(text, settings)) === settings)
        await vscode.commands.executeCommand(
          'workbench.action.openSettings',
          'mcpLifeline.gateway.enabled',
        );
      return;
    }
    case 'failed': {
      const text = t('The gateway could not be opened: {0}', describeNoPort(door.code, t));
      if ((await vscode.window.showErrorMessage(text, settings)) === settings)
        await vscode.commands.executeCommand(
          'workbench.action.openSettings',
          'mcpLifeline.gateway',
        );
    }
  }
};

/** The open door, for which it waits a moment; says why when there is none. */
export const requireDoor = async (
  door: Signal<GatewayDoor>,
  clock: Clock,
): Promise<OpenDoor | undefined> => {
  const found = await settledDoor(door, clock);
  if (found.kind === 'open') return found;
  void sayWhyNot(found);
  return undefined;
};
