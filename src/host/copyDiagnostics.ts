// Copy Diagnostics: everything that a bug report needs, without secrets, put on the clipboard and offered to be looked at first.
// Not here: what stands in it (core/diagnostics.ts).
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { lineKinds } from '../core/chronicle/lines.ts';
import { diagnosticText } from '../core/diagnostics.ts';
import { inEnglish } from '../core/wording/english.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';
import type { Gateway } from './gatewayDoor.ts';
import { type EditorSettings, settingsAsSet } from './settings.ts';

export interface DiagnosticPorts {
  readonly clock: Clock;
  readonly chronicle: ChronicleReader;
  readonly settings: Pick<EditorSettings, 'current' | 'complaintsIn'>;
  readonly gateway: Pick<Gateway, 'healthReport'>;
  readonly diagnosis: {
    readonly version: string;
    /** Takes credentials and the user's home out of a text. */
    readonly clean: (text: string) => string;
  };
}

const versionsOf = (version: string): readonly (readonly [string, string])[] => [
  ['MCP Lifeline', version],
  [vscode.env.appName, vscode.version],
  ['Node', process.versions.node],
  ['System', `${process.platform} ${process.arch}`],
  ['Remote', vscode.env.remoteName ?? 'none'],
  ['Interface', vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop'],
  ['Workspace trusted', String(vscode.workspace.isTrusted)],
  ['Folders open', String(vscode.workspace.workspaceFolders?.length ?? 0)],
];

// More than a report shows, so that lines that belong together are read together.
const historyLength = 7 * 24 * 3_600_000;

export const diagnosticsOf = async (ports: DiagnosticPorts): Promise<string> => {
  const { clock, chronicle, settings, gateway, diagnosis } = ports;
  const now = clock.now();
  // For those who read bug reports, and not for the person who copies it.
  const say = inEnglish;
  const text = diagnosticText({
    now,
    versions: versionsOf(diagnosis.version),
    raw: settingsAsSet(),
    complaints: settings.complaintsIn(say).map((complaint) => complaint.text),
    servers: settings.current.value.servers,
    report: await gateway.healthReport(null, say),
    history: chronicle.read(null, now - historyLength, now, lineKinds),
    timeOf: (at) => new Date(at).toISOString(),
  });
  return diagnosis.clean(text);
};

export const copyDiagnostics = async (ports: DiagnosticPorts): Promise<void> => {
  const { t } = vscode.l10n;
  const text = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: t('Collecting diagnostics') },
    () => diagnosticsOf(ports),
  );
  await vscode.env.clipboard.writeText(text);
  const look = t('Show');
  const chosen = await vscode.window.showInformationMessage(
    t(
      'Diagnostics were copied, without tokens, arguments and results. Read them before you send them.',
    ),
    look,
  );
  if (chosen !== look) return;
  const document = await vscode.workspace.openTextDocument({ content: text, language: 'markdown' });
  await vscode.window.showTextDocument(document, { preview: true });
};
