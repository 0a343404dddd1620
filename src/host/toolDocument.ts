// Arguments edited as a JSON document: opened from a skeleton, checked when Call is chosen above its first line,
// with every mistake marked where it is. Not here: the file system behind it (toolFiles.ts).
import * as vscode from 'vscode';
import { allOrNothing, type Disposable, type Store } from '../base/disposable.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { CommandId } from './commandIds.ts';
import { askText } from './quickInput.ts';
import { readField } from './toolFieldText.ts';
import { type Field, secretFieldsOf } from './toolFields.ts';
import {
  callScheme,
  callUri,
  type FindTool,
  nameOf,
  type ToolFiles,
  type ToolName,
} from './toolFiles.ts';
import { type Fault, readDocument } from './toolSkeleton.ts';

const runCommand: CommandId = 'mcpLifeline.runToolDocument';

export interface ToolDocuments extends Disposable {
  /** `fromForm`: the values typed in the form are newer than a document begun before. */
  open(name: ToolName, fromForm: boolean): Promise<void>;
  /** Checks the document and calls; without a URI the one in the active editor. */
  run(uri: vscode.Uri | undefined): Promise<void>;
}

export interface ToolDocumentPorts {
  readonly files: ToolFiles;
  readonly find: FindTool;
  /** Resolves true when the call was answered. */
  readonly call: (name: ToolName, args: JsonObject) => Promise<boolean>;
}

const askSecrets = async (fields: readonly Field[]): Promise<JsonObject | undefined> => {
  const values: Record<string, unknown> = {};
  for (const field of fields) {
    const answer = await askText({
      title: field.title,
      prompt: field.description ?? vscode.l10n.t('Sent with this call only; it is not kept.'),
      password: true,
      check: (text) => {
        const reading = readField(field, text, vscode.l10n.t);
        return reading.kind === 'wrong' ? reading.reason : null;
      },
    });
    if (answer.kind !== 'value') return undefined;
    if (answer.value !== '') values[field.name] = answer.value;
  }
  return values;
};

const lensesOf = (find: FindTool, document: vscode.TextDocument): vscode.CodeLens[] => {
  const name = nameOf(document.uri);
  const found = name && find(name);
  const top = new vscode.Range(0, 0, 0, 0);
  if (!name || !found) {
    const title = vscode.l10n.t('This tool is not there at the moment');
    return [new vscode.CodeLens(top, { title, command: '' })];
  }
  const title = `$(play) ${vscode.l10n.t('Call {0} on {1}', name.tool, name.serverId)}`;
  return [new vscode.CodeLens(top, { title, command: runCommand, arguments: [document.uri] })];
};

const asDiagnostic = (document: vscode.TextDocument, fault: Fault): vscode.Diagnostic => {
  const range = new vscode.Range(
    document.positionAt(fault.offset),
    document.positionAt(fault.offset + fault.length),
  );
  const diagnostic = new vscode.Diagnostic(range, fault.text, vscode.DiagnosticSeverity.Error);
  diagnostic.source = 'MCP Lifeline';
  return diagnostic;
};

class Documents implements ToolDocuments {
  readonly #ports: ToolDocumentPorts;
  readonly #store: Store;
  readonly #marks: vscode.DiagnosticCollection;
  readonly #sent = new Set<string>();

  constructor(ports: ToolDocumentPorts, owner: Store) {
    this.#ports = ports;
    this.#store = owner;
    this.#marks = owner.add(vscode.languages.createDiagnosticCollection('mcp-lifeline'));
    const { workspace, languages } = vscode;
    this.#store.add(
      languages.registerCodeLensProvider(
        { scheme: callScheme },
        { provideCodeLenses: (document) => lensesOf(ports.find, document) },
      ),
    );
    this.#store.add(
      workspace.onDidChangeTextDocument(({ document }) => this.#marks.delete(document.uri)),
    );
    this.#store.add(workspace.onDidCloseTextDocument((document) => this.#closed(document.uri)));
  }

  #closed(uri: vscode.Uri): void {
    this.#marks.delete(uri);
    // Arguments are kept until they were sent, not longer.
    if (this.#sent.delete(uri.toString())) this.#ports.files.forget(uri);
  }

  async open(name: ToolName, fromForm: boolean): Promise<void> {
    if (fromForm) this.#ports.files.restart(callUri(name));
    const document = await vscode.workspace.openTextDocument(callUri(name));
    await vscode.window.showTextDocument(document, { preview: false });
  }

  async run(uri: vscode.Uri | undefined): Promise<void> {
    const target = uri ?? vscode.window.activeTextEditor?.document.uri;
    const name = target?.scheme === callScheme ? nameOf(target) : undefined;
    if (!target || !name) {
      const text = vscode.l10n.t(
        'Open the arguments of a tool first: choose "Call Tool…" and edit them as JSON.',
      );
      void vscode.window.showInformationMessage(text);
      return;
    }
    const found = this.#ports.find(name);
    if (!found) {
      const text = vscode.l10n.t(
        '"{0}" is not listed by "{1}" at the moment. Your arguments are kept.',
        name.tool,
        name.serverId,
      );
      void vscode.window.showWarningMessage(text);
      return;
    }
    await this.#check(target, name, found.tool.inputSchema);
  }

  async #check(uri: vscode.Uri, name: ToolName, schema: JsonObject): Promise<void> {
    const document = await vscode.workspace.openTextDocument(uri);
    // Before passwords are typed in vain: is it JSON at all?
    const legible = await readDocument(document.getText(), {}, {}, vscode.l10n.t);
    if (legible.kind === 'faulty') return this.#complain(document, legible.faults);
    const secrets = await askSecrets(secretFieldsOf(schema));
    if (!secrets) return;
    const checked = await readDocument(document.getText(), schema, secrets, vscode.l10n.t);
    if (checked.kind === 'faulty') return this.#complain(document, checked.faults);
    this.#marks.delete(uri);
    if (await this.#ports.call(name, checked.args)) this.#sent.add(uri.toString());
  }

  #complain(document: vscode.TextDocument, faults: readonly Fault[]): void {
    this.#marks.set(
      document.uri,
      faults.map((fault) => asDiagnostic(document, fault)),
    );
    const [first] = faults;
    void vscode.window.showErrorMessage(vscode.l10n.t('Not called. {0}', first?.text ?? ''));
  }

  dispose(): void {
    this.#store.dispose();
  }
}

export const createToolDocuments = (ports: ToolDocumentPorts): ToolDocuments =>
  allOrNothing((owner) => new Documents(ports, owner));
