// Documents of tool arguments as the editor sees them: a small file system whose files are drafts. Saving keeps the
// draft (without passwords), so that a document outlives a window reload. Not here: what stands in a document
// (toolSkeleton.ts) and what happens on Call (toolDocument.ts).
import * as vscode from 'vscode';
import { allOrNothing, type Disposable } from '../base/disposable.ts';
import type { ServerWatch, Tool } from '../runtime/watch.ts';
import { lastingSchemes } from './contributions.ts';
import type { Drafts } from './toolDrafts.ts';
import { skeletonOf, withoutSecrets } from './toolSkeleton.ts';

export const callScheme = lastingSchemes.call;
const schemaScheme = 'mcp-lifeline-schema';

/** Which tool a document is for. */
export interface ToolName {
  readonly serverId: string;
  readonly tool: string;
}

/** Finds what a name stands for now; undefined when the server or the tool is gone. */
export type FindTool = (
  name: ToolName,
) => { readonly server: ServerWatch; readonly tool: Tool } | undefined;

// Encoded twice over by the URI itself: names of tools and servers may hold slashes.
const pathOf = ({ serverId, tool }: ToolName, extension: string): string =>
  `/${encodeURIComponent(serverId)}/${encodeURIComponent(tool)}.${extension}`;

export const callUri = (name: ToolName): vscode.Uri =>
  vscode.Uri.from({ scheme: callScheme, path: pathOf(name, 'jsonc') });
const schemaUri = (name: ToolName): vscode.Uri =>
  vscode.Uri.from({ scheme: schemaScheme, path: pathOf(name, 'json') });

export const nameOf = (uri: vscode.Uri): ToolName | undefined => {
  const [, serverId, file] = uri.path.split('/');
  if (serverId === undefined || file === undefined) return undefined;
  return {
    serverId: decodeURIComponent(serverId),
    tool: decodeURIComponent(file.replace(/\.jsonc?$/, '')),
  };
};

const noSuchFile = (uri: vscode.Uri): Error => vscode.FileSystemError.FileNotFound(uri);
const noPermission = (uri: vscode.Uri): Error => vscode.FileSystemError.NoPermissions(uri);

class DraftFiles implements vscode.FileSystemProvider, Disposable {
  readonly #drafts: Drafts;
  readonly #find: FindTool;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.#changed.event;
  /** What was saved in this window, passwords included: never written anywhere. */
  readonly #texts = new Map<string, { readonly text: string; readonly changed: number }>();

  constructor(drafts: Drafts, find: FindTool) {
    this.#drafts = drafts;
    this.#find = find;
  }

  #text(uri: vscode.Uri): string {
    const saved = this.#texts.get(uri.toString());
    if (saved) return saved.text;
    const name = nameOf(uri);
    const draft = name && this.#drafts.text(name.serverId, name.tool);
    if (draft !== undefined) return draft;
    const found = name && this.#find(name);
    if (!name || !found) throw noSuchFile(uri);
    const fields = this.#drafts.fields(name.serverId, name.tool);
    return skeletonOf(found.tool, fields, schemaUri(name).toString(), vscode.l10n.t);
  }

  stat(uri: vscode.Uri): vscode.FileStat {
    const size = Buffer.byteLength(this.#text(uri));
    const mtime = this.#texts.get(uri.toString())?.changed ?? 0;
    return { type: vscode.FileType.File, ctime: 0, mtime, size };
  }

  readFile(uri: vscode.Uri): Uint8Array {
    return Buffer.from(this.#text(uri));
  }

  writeFile(uri: vscode.Uri, content: Uint8Array): void {
    const name = nameOf(uri);
    if (!name) throw noSuchFile(uri);
    const text = Buffer.from(content).toString();
    this.#texts.set(uri.toString(), {
      text,
      changed: (this.#texts.get(uri.toString())?.changed ?? 0) + 1,
    });
    this.#drafts.keepText(name.serverId, name.tool, withoutSecrets(text));
    this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  /** Written anew from the fields, for who goes from the form to the document. */
  restart(uri: vscode.Uri): void {
    if (this.#texts.delete(uri.toString()))
      this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  /** The document was sent and closed: the next one starts afresh. */
  forget(uri: vscode.Uri): void {
    this.#texts.delete(uri.toString());
    const name = nameOf(uri);
    if (name) this.#drafts.drop(name.serverId, name.tool);
  }

  // Nobody else changes these files, and they live in no folders.
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(uri: vscode.Uri): void {
    throw noPermission(uri);
  }
  delete(uri: vscode.Uri): void {
    throw noPermission(uri);
  }
  rename(uri: vscode.Uri): void {
    throw noPermission(uri);
  }
  dispose(): void {
    this.#changed.dispose();
  }
}

/** The tool's own schema, for completion and squiggles in the document. */
const schemaText = (find: FindTool, uri: vscode.Uri): string => {
  const name = nameOf(uri);
  const schema = (name && find(name)?.tool.inputSchema) ?? {};
  const properties = typeof schema['properties'] === 'object' ? schema['properties'] : {};
  // A closed schema would call our own reference to it a mistake.
  return JSON.stringify({ ...schema, properties: { ...properties, $schema: { type: 'string' } } });
};

export interface ToolFiles extends Disposable {
  restart(uri: vscode.Uri): void;
  forget(uri: vscode.Uri): void;
}

// Long enough to type on without a save for each letter, short enough to survive a reload.
const saveAfterMs = 400;

/** Saves by itself, so that closing never asks and a reload loses nothing. */
const saveWhileTyping = (): Disposable =>
  allOrNothing((store) => {
    const timers = new Map<vscode.TextDocument, NodeJS.Timeout>();
    store.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme !== callScheme || !document.isDirty) return;
        clearTimeout(timers.get(document));
        timers.set(
          document,
          setTimeout(() => void document.save(), saveAfterMs),
        );
      }),
    );
    store.add(
      vscode.workspace.onDidCloseTextDocument((document) => {
        clearTimeout(timers.get(document));
        timers.delete(document);
      }),
    );
    store.add({ dispose: () => timers.forEach((timer) => clearTimeout(timer)) });
    return store;
  });

export const createToolFiles = (ports: {
  readonly drafts: Drafts;
  readonly find: FindTool;
}): ToolFiles =>
  allOrNothing((store) => {
    const files = store.add(new DraftFiles(ports.drafts, ports.find));
    store.add(
      vscode.workspace.registerFileSystemProvider(callScheme, files, { isCaseSensitive: true }),
    );
    store.add(
      vscode.workspace.registerTextDocumentContentProvider(schemaScheme, {
        provideTextDocumentContent: (uri) => schemaText(ports.find, uri),
      }),
    );
    store.add(saveWhileTyping());
    return {
      restart: (uri) => files.restart(uri),
      forget: (uri) => files.forget(uri),
      dispose: () => store.dispose(),
    };
  });
