// The command Call Tool…: which server, which tool, which arguments, and then the call. Arguments are kept as a
// draft until they were sent. Not here: the form (toolForm.ts), the document (toolDocument.ts), the call (toolCall.ts).
import * as vscode from 'vscode';
import type { JsonObject } from '../core/rpc.ts';
import type { FleetWatch, ServerWatch, Tool } from '../runtime/watch.ts';
import { type Answer, askChoice } from './quickInput.ts';
import type { Drafts } from './toolDrafts.ts';
import type { FindTool, ToolName } from './toolFiles.ts';
import { fieldsOf } from './toolFields.ts';
import { askArguments } from './toolForm.ts';

export interface CallToolPorts {
  readonly drafts: Drafts;
  readonly openDocument: (name: ToolName, fromForm: boolean) => Promise<void>;
  readonly call: (server: ServerWatch, tool: Tool, args: JsonObject) => Promise<boolean>;
  /** Why a server lists no tools, in words. */
  readonly whyEmpty: (server: ServerWatch) => string;
}

export const findToolIn =
  (fleet: FleetWatch): FindTool =>
  ({ serverId, tool: name }) => {
    const server = fleet.get(serverId);
    const tool = server?.catalog.value.tools.find((each) => each.name === name);
    return server && tool ? { server, tool } : undefined;
  };

interface ToolItem extends vscode.QuickPickItem {
  readonly tool: Tool;
}

/** What the server says of its tool, in one word; hints are claims, and shown as such. */
const hintOf = ({ annotations }: Tool): string => {
  if (annotations['readOnlyHint'] === true) return vscode.l10n.t('says it only reads');
  if (annotations['destructiveHint'] === true) return vscode.l10n.t('says it may destroy');
  return '';
};

const itemOf = (tool: Tool): ToolItem => ({
  label: tool.name,
  description: [tool.title === tool.name ? null : tool.title, hintOf(tool)]
    .filter(Boolean)
    .join(' · '),
  ...(tool.description === null ? {} : { detail: tool.description.replaceAll(/\s+/g, ' ').trim() }),
  iconPath: new vscode.ThemeIcon('tools'),
  tool,
});

const askTool = async (server: ServerWatch, whyEmpty: string): Promise<Answer<ToolItem>> => {
  const { tools } = server.catalog.value;
  if (tools.length > 0)
    return askChoice({
      title: vscode.l10n.t('Call a tool of {0}', server.id),
      placeholder: vscode.l10n.t('Choose a tool'),
      items: tools.map(itemOf),
    });
  void vscode.window.showInformationMessage(whyEmpty);
  return { kind: 'cancelled' };
};

/** Asks for the arguments and calls. Resolves `back` when the user wants another tool. */
const fillAndCall = async (
  ports: CallToolPorts,
  server: ServerWatch,
  tool: Tool,
): Promise<'done' | 'back'> => {
  const name = { serverId: server.id, tool: tool.name };
  const fields = fieldsOf(tool.inputSchema);
  if (!fields) {
    await ports.openDocument(name, false);
    return 'done';
  }
  // Nothing to ask and nothing to break: one question less.
  const atOnce = fields.length === 0 && tool.annotations['readOnlyHint'] === true;
  const outcome = atOnce
    ? { kind: 'call' as const, args: {} }
    : await askArguments({
        tool,
        fields,
        begun: ports.drafts.fields(server.id, tool.name),
        keep: (values) => ports.drafts.keepFields(server.id, tool.name, values),
      });
  switch (outcome.kind) {
    case 'back':
      return 'back';
    case 'cancelled':
      return 'done';
    case 'document':
      await ports.openDocument(name, true);
      return 'done';
    case 'call':
      if (await ports.call(server, tool, outcome.args)) ports.drafts.drop(server.id, tool.name);
      return 'done';
  }
};

/** Calls a tool of a server; asks for the tool where none is given. */
export const callTool = async (
  ports: CallToolPorts,
  server: ServerWatch,
  given: Tool | undefined,
): Promise<void> => {
  let tool = given;
  for (;;) {
    if (!tool) {
      const answer = await askTool(server, ports.whyEmpty(server));
      if (answer.kind !== 'value') return;
      tool = answer.value.tool;
    }
    if ((await fillAndCall(ports, server, tool)) === 'done') return;
    tool = undefined;
  }
};
