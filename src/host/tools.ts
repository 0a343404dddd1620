// Everything about calling tools by hand, put together: drafts, forms, documents, the call, its result.
import * as vscode from 'vscode';
import { allOrNothing, type Disposable, type Store } from '../base/disposable.ts';
import { derive, type Signal } from '../base/signal.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { Settings } from '../core/settings.ts';
import type {
  FleetWatch,
  PendingCall,
  ServerWatch,
  Tool,
  ToolCallOptions,
} from '../runtime/watch.ts';
import { callTool, findToolIn } from './callTool.ts';
import { createResultDocuments } from './resultDocuments.ts';
import { performCall, showAnswer } from './toolCall.ts';
import { createToolDocuments } from './toolDocument.ts';
import { createDrafts } from './toolDrafts.ts';
import { createToolFiles } from './toolFiles.ts';
import type { ServerWords } from './words.ts';

export interface ToolsPorts {
  readonly fleet: FleetWatch;
  readonly words: ServerWords;
  /** Whether arguments may be written down. */
  readonly settings: Signal<Pick<Settings, 'journal'>>;
  readonly workspaceState: vscode.Memento;
  readonly showLog: (serverId: string) => void;
}

export interface Tools extends Disposable {
  call(server: ServerWatch, tool: Tool | undefined): Promise<void>;
  runDocument(uri: vscode.Uri | undefined): Promise<void>;
  /** Runs a call that was left behind. */
  runPending(server: ServerWatch, call: PendingCall): Promise<void>;
  /** Shows the answer of a call that was left behind. */
  showPending(server: ServerWatch, call: PendingCall): Promise<void>;
}

const whyEmpty = (server: ServerWatch, words: ServerWords): string =>
  server.catalog.value.listedAt === null
    ? vscode.l10n.t('"{0}" has not listed its tools yet: {1}.', server.id, words.short(server))
    : vscode.l10n.t('"{0}" offers no tools.', server.id);

const buildTools = (ports: ToolsPorts, store: Store): Tools => {
  const { fleet, words, settings, workspaceState, showLog } = ports;
  const find = findToolIn(fleet);
  const mayStore = derive(() => settings.value.journal === 'on', [settings], store);
  const drafts = store.add(createDrafts(workspaceState, mayStore));
  const results = store.add(createResultDocuments());
  const files = store.add(createToolFiles({ drafts, find }));
  const call = (server: ServerWatch, tool: Tool, args: JsonObject): Promise<boolean> =>
    performCall(
      { results, showLog },
      {
        server,
        tool: tool.name,
        run: (options) => server.callTool(tool.name, args, options),
      },
    );
  const documents = store.add(
    createToolDocuments({
      files,
      find,
      call: async (name, args) => {
        const found = find(name);
        return found ? call(found.server, found.tool, args) : false;
      },
    }),
  );
  const forms = {
    drafts,
    call,
    openDocument: documents.open.bind(documents),
    whyEmpty: (server: ServerWatch) => whyEmpty(server, words),
  };
  return {
    call: (server, tool) => callTool(forms, server, tool),
    runDocument: (uri) => documents.run(uri),
    runPending: async (server, { tool, key }) => {
      const run = (options: ToolCallOptions): Promise<JsonObject> =>
        server.runPending(key, options);
      await performCall({ results, showLog }, { server, tool, run });
    },
    showPending: async (server, { tool, result }) => {
      if (result) await showAnswer({ results }, { server, tool }, result);
    },
    dispose: () => store.dispose(),
  };
};

export const createTools = (ports: ToolsPorts): Tools =>
  allOrNothing((store) => buildTools(ports, store));
