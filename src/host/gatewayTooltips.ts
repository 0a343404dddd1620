// Hovers about the gateway and about the programs that use it. The token is in none of them.
import * as vscode from 'vscode';
import { describeState } from '../core/wording.ts';
import { describeRefusedPort } from '../core/wording/port.ts';
import type { ClientWatch, ServerWatch } from '../runtime/watch.ts';
import { describeDoor } from './doorWords.ts';
import { type GatewayDoor, gatewayUrl } from './gatewayDoor.ts';
import { type Fact, factTable, hover } from './hover.ts';
import { escapeMarkdown } from './markdown.ts';
import type { ServerWords } from './words.ts';

/** Without the token it opens nothing, so that it may be shown. */
export const gatewayFact = ({ id, definition }: ServerWatch, door: GatewayDoor): Fact => [
  vscode.l10n.t('At the gateway'),
  door.kind === 'open' && definition.enabled ? gatewayUrl(door, id) : null,
  'code',
];

const insteadOf = (door: GatewayDoor): string | null =>
  door.kind === 'open' && door.instead !== null
    ? `${door.instead.wanted} (${describeRefusedPort(door.instead.code, vscode.l10n.t)})`
    : null;

export const gatewayHover = (door: GatewayDoor, clients: number): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  const isOpen = door.kind === 'open';
  return hover(
    t('Gateway'),
    t(
      'A local URL for each server that never drops: programs that use it do not notice restarts of the server or reloads of this window.',
    ),
    factTable([
      [t('State'), isOpen ? t('open') : describeDoor(door)],
      [t('Port'), isOpen ? door.port : null, 'code'],
      [t('Instead of'), insteadOf(door)],
      [t('URL of a server'), isOpen ? gatewayUrl(door, 'NAME') : null, 'code'],
      [t('Clients'), isOpen ? clients : null],
    ]),
  );
};

export const clientHover = (
  { label, life, calls }: ClientWatch,
  words: ServerWords,
): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  const { held, running } = calls.value;
  const { explanation } = describeState(life.value, null, words.now(), t);
  return hover(
    label,
    escapeMarkdown(explanation),
    factTable([
      [t('Calls running'), running],
      [t('Calls held'), held > 0 ? held : null],
    ]),
  );
};
