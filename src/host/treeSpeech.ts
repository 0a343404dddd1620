// What a screen reader says of a row of the Connections view: sentences with whole words, where the eye gets signs and short forms.
// Not here: how a row looks (treeItems.ts).
import * as vscode from 'vscode';
import { isUp } from '../core/connection/state.ts';
import type { HistoryEntry } from '../core/history.ts';
import { describeState, nameOf } from '../core/wording.ts';
import { describeCause, describeRecovered } from '../core/wording/cause.ts';
import { spokenAge } from '../core/wording/time.ts';
import type { ClientWatch, ServerWatch } from '../runtime/watch.ts';
import { describeDoor } from './doorWords.ts';
import { foundLook } from './foundItems.ts';
import type { GatewayDoor } from './gatewayDoor.ts';
import type { Row } from './treeRows.ts';
import { formatTime, type ServerWords } from './words.ts';

/** What the eye sees of it. */
export interface Seen {
  readonly label: string;
  readonly description: string;
}

/** Whole sentences, one after the other. */
const told = (sentences: readonly (string | null)[]): string =>
  sentences.filter((sentence) => sentence !== null).join(' ');

const sessionSentence = (server: ServerWatch, label: string): string => {
  const { t } = vscode.l10n;
  const session = server.session.value;
  if (!session) return t('{0}: none.', label);
  const { state } = server.life.value;
  const { serverName, serverVersion, protocolVersion } = session;
  return told([
    'recovered' in state ? t('{0}: {1}.', label, describeRecovered(state.recovered, t)) : label,
    serverName === null
      ? null
      : serverVersion === null
        ? t('The server calls itself {0}.', serverName)
        : t('The server calls itself {0}, version {1}.', serverName, serverVersion),
    protocolVersion === null ? null : t('Version of the protocol: {0}.', protocolVersion),
  ]);
};

const healthSentence = (server: ServerWatch, { label, description }: Seen): string => {
  const { t } = vscode.l10n;
  const reading = server.health.value;
  if (!reading) return t('{0}: {1}.', label, description);
  const { status, latency, body } = reading;
  const state = body.status ?? (status < 400 ? t('up') : t('HTTP status {0}', status));
  return told([
    t('{0}: {1}.', label, state),
    body.uptimeSecs === null ? null : t('Up for {0}.', spokenAge(body.uptimeSecs * 1000, t)),
    body.version === null ? null : t('Version {0}.', body.version),
    t('Answered in {0} milliseconds.', Math.round(latency)),
  ]);
};

const callSentence = ({ held, running }: { held: number; running: number }): string | null => {
  const { t } = vscode.l10n;
  if (held === 0 && running === 0) return null;
  if (held === 0) return t('Calls running: {0}.', running);
  return running === 0
    ? t('Calls held: {0}.', held)
    : t('Calls running: {0}, held: {1}.', running, held);
};

/** Proof belongs to the server's own row. */
const clientSentence = (
  { life, calls }: ClientWatch,
  label: string,
  words: ServerWords,
): string => {
  const { t } = vscode.l10n;
  const { state } = life.value;
  const how = isUp(state)
    ? t('{0}: {1}.', label, nameOf(state.kind, t))
    : t('{0}: {1}', label, describeState(life.value, null, words.now(), t).sentence);
  return told([how, callSentence(calls.value)]);
};

const eventSentence = (entry: HistoryEntry, words: ServerWords): string => {
  const { t } = vscode.l10n;
  const time = formatTime(entry.at, words.now());
  const [from, to] = [nameOf(entry.from, t), nameOf(entry.to, t)];
  return told([
    from === to ? t('{0}: {1}.', time, to) : t('{0}: from {1} to {2}.', time, from, to),
    t('Cause: {0}.', describeCause(entry.cause, t)),
    // Later events of a session would only say again how it came about.
    entry.recovered === null || entry.cause !== 'attempt-succeeded'
      ? null
      : t('Session: {0}.', describeRecovered(entry.recovered, t)),
    entry.attempt !== null && entry.attempt > 1 ? t('Attempt {0}.', entry.attempt) : null,
  ]);
};

const partSentence = (row: Extract<Row, { kind: 'part' }>, seen: Seen): string => {
  const { part, server } = row;
  switch (part) {
    case 'session':
      return sessionSentence(server, seen.label);
    case 'health':
      return healthSentence(server, seen);
    case 'clients':
    case 'tools':
    case 'resources':
    case 'prompts':
      return vscode.l10n.t('{0}: {1}', seen.label, seen.description);
    case 'events':
      return seen.label;
  }
};

const gatewaySentence = (door: GatewayDoor, clients: number, label: string): string => {
  const { t } = vscode.l10n;
  const words = describeDoor(door);
  switch (door.kind) {
    case 'open':
      return t('{0}: open at {1}. Clients: {2}.', label, words, clients);
    case 'failed':
      return t('{0}: {1}', label, words);
    case 'off':
    case 'opening':
      return t('{0}: {1}.', label, words);
  }
};

const offerSentence = ({ label, description }: Seen, kind: 'tool' | 'resource' | 'prompt') => {
  const { t } = vscode.l10n;
  switch (kind) {
    case 'tool':
      return description === '' ? t('Tool {0}', label) : t('Tool {0}: {1}', label, description);
    case 'resource':
      return t('Resource {0}: {1}', label, description);
    case 'prompt':
      return description === '' ? t('Prompt {0}', label) : t('Prompt {0}: {1}', label, description);
  }
};

export const spokenRow = (row: Row, seen: Seen, words: ServerWords): string => {
  const { t } = vscode.l10n;
  const { label } = seen;
  switch (row.kind) {
    case 'server':
      return words.spoken(row.server);
    case 'found':
    case 'source':
    case 'found-server':
    case 'source-problem':
      return foundLook(row).spoken;
    case 'bad':
      return t('{0}: cannot be used. {1}', row.bad.name, row.bad.reason);
    case 'complaints':
      return t('{0}: {1}', label, row.complaints.length);
    case 'complaint':
      return t('Setting {0}: {1}', label, row.complaint.text);
    case 'gateway':
      return gatewaySentence(row.door, row.clients, label);
    case 'part':
      return partSentence(row, seen);
    case 'client':
      return clientSentence(row.client, label, words);
    case 'tool':
    case 'resource':
    case 'prompt':
      return offerSentence(seen, row.kind);
    case 'event':
      return eventSentence(row.entry, words);
  }
};
