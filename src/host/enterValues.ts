// Enter Values…: asks for what a server still needs, one after the other, and has it connect. Only ever because a person wants it.
// Leaving the questions keeps what was entered so far; the server goes on waiting for the rest.
// Not here: where values are kept (inputVault.ts) and what a server needs (core/fillServer.ts).
import * as vscode from 'vscode';
import { failureOf } from '../core/connection/state.ts';
import type { CommandInput, InputDefinition, PickInput, PromptInput } from '../core/inputs.ts';
import type { ServerDefinition } from '../core/settings.ts';
import { type Missing, missingName } from '../core/variables.ts';
import type { Wanted } from '../runtime/inputAnswers.ts';
import type { ServerWatch } from '../runtime/watch.ts';
import { type InputVault, longestValue } from './inputVault.ts';
import { type PickPorts, sayNoServers, sayNothingFits, serverItem } from './pickServer.ts';
import { askChoice, askSeveral, askText } from './quickInput.ts';

/** What was entered, and what is missing. */
export interface EnteredValues {
  readonly values: Pick<InputVault, 'give' | 'kept' | 'forget'>;
  /** What is still to be given before the entry can be used. */
  readonly missing: (definition: ServerDefinition) => Promise<readonly Missing[]>;
  readonly inputs: () => readonly InputDefinition[];
}

export interface ValuePorts extends PickPorts, EnteredValues {}

/** Whether it waits for values, and not for leave. */
export const wantsValues = ({ life }: ServerWatch): boolean =>
  failureOf(life.value.state)?.kind === 'needs-input';

interface Question {
  readonly server: ServerWatch;
  readonly wanted: Wanted;
  readonly place: { readonly step: number; readonly steps: number };
}

/** Undefined: nothing was given. */
type Given = Promise<string | undefined>;

const titleOf = ({ server }: Question): string => vscode.l10n.t('Values for "{0}"', server.id);

const checkLength = (text: string): string | null =>
  text.length > longestValue
    ? vscode.l10n.t('At most {0} characters can be kept.', longestValue)
    : null;

const askLine = async (
  question: Question,
  prompt: string,
  { password, value }: { readonly password: boolean; readonly value: string | null },
): Given => {
  const answer = await askText({
    title: titleOf(question),
    place: question.place,
    prompt,
    placeholder: missingName(question.wanted),
    password,
    ...(value === null ? {} : { value }),
    check: checkLength,
  });
  return answer.kind === 'value' ? answer.value : undefined;
};

const askPrompt = (question: Question, input: PromptInput): Given =>
  askLine(question, input.description ?? vscode.l10n.t('Enter "{0}".', input.id), {
    password: input.password,
    value: input.default,
  });

const askPick = async (question: Question, input: PickInput): Given => {
  const items = input.options.map(({ label, value }) => ({
    label,
    ...(label === value ? {} : { description: value }),
    value,
  }));
  const active = items.find(({ value }) => value === input.default);
  const answer = await askChoice({
    title: titleOf(question),
    place: question.place,
    placeholder: input.description ?? vscode.l10n.t('Choose "{0}".', input.id),
    items,
    ...(active ? { active } : {}),
  });
  return answer.kind === 'value' ? answer.value.value : undefined;
};

/** What the command returns is handed on, so that the person sees first what would run. */
const askCommand = async (question: Question, input: CommandInput): Given => {
  const { t } = vscode.l10n;
  const run = {
    label: t('Run "{0}"', input.command),
    iconPath: new vscode.ThemeIcon('play'),
    ...(input.args === undefined ? {} : { description: JSON.stringify(input.args).slice(0, 200) }),
    detail: t('A command of the editor. What it returns becomes the value.'),
  };
  const answer = await askChoice({
    title: titleOf(question),
    place: question.place,
    placeholder: input.description ?? t('"{0}" comes from a command.', input.id),
    items: [run],
  });
  if (answer.kind !== 'value') return undefined;
  const result: unknown = await vscode.commands.executeCommand(input.command, input.args);
  if (typeof result === 'string') return result;
  // Many commands return undefined when the person leaves them.
  if (result !== undefined && result !== null)
    throw new Error(t('The command "{0}" returned no text.', input.command));
  return undefined;
};

const ask = (question: Question, inputs: readonly InputDefinition[]): Given => {
  const { wanted } = question;
  const { t } = vscode.l10n;
  const hidden = { password: true, value: null };
  if (wanted.kind === 'env') {
    const text = t(
      'The environment variable {0} is not set where the editor was started. Enter its value for this server.',
      wanted.name,
    );
    return askLine(question, text, hidden);
  }
  const input = inputs.find(({ id }) => id === wanted.id);
  switch (input?.kind) {
    case 'promptString':
      return askPrompt(question, input);
    case 'pickString':
      return askPick(question, input);
    case 'command':
      return askCommand(question, input);
    case undefined:
      return askLine(question, t('Enter "{0}".', wanted.id), hidden);
  }
};

const sayNoFolder = async (server: ServerWatch, missing: Missing): Promise<void> => {
  const open = vscode.l10n.t('Open Folder…');
  const text = vscode.l10n.t(
    '"{0}" needs a folder that is not open: {1}.',
    server.id,
    missingName(missing),
  );
  if ((await vscode.window.showInformationMessage(text, open)) === open)
    await vscode.commands.executeCommand('workbench.action.files.openFolder');
};

const isWanted = (missing: Missing): missing is Wanted => missing.kind !== 'folder';

const enterFor = async (ports: ValuePorts, server: ServerWatch): Promise<void> => {
  const { definition } = server;
  const missing = await ports.missing(definition);
  const wanted = missing.filter(isWanted);
  let isComplete = true;
  for (const [index, one] of wanted.entries()) {
    const place = { step: index + 1, steps: wanted.length };
    const value = await ask({ server, wanted: one, place }, ports.inputs());
    isComplete = value !== undefined;
    if (value === undefined) break;
    await ports.values.give(one, definition.origin.scope, value);
  }
  // What is entered is heard of by all that wait. Here what was missing has come from elsewhere.
  if (missing.length === 0) server.reconnect();
  const folder = missing.find((one) => !isWanted(one));
  if (isComplete && folder) await sayNoFolder(server, folder);
};

const choose = async ({ fleet, words }: ValuePorts): Promise<ServerWatch | undefined> => {
  const waiting = fleet.servers.value.filter(wantsValues);
  if (waiting.length <= 1) return waiting[0];
  const answer = await askChoice({
    title: 'MCP Lifeline',
    placeholder: vscode.l10n.t('Choose the server whose values to enter'),
    items: waiting.map((server) => serverItem(server, words)),
  });
  return answer.kind === 'value' ? answer.value.server : undefined;
};

export const enterValues = async (
  ports: ValuePorts,
  given: ServerWatch | undefined,
): Promise<void> => {
  const { servers } = ports.fleet;
  if (servers.value.length === 0) return sayNoServers();
  if (given ? !wantsValues(given) : !servers.value.some(wantsValues)) {
    void sayNothingFits(
      given
        ? vscode.l10n.t('"{0}" waits for no value.', given.id)
        : vscode.l10n.t('No server waits for a value.'),
    );
    return;
  }
  const server = given ?? (await choose(ports));
  if (server) await enterFor(ports, server);
};

/** Servers that use a value keep it until they connect the next time. */
export const forgetValues = async ({ values }: Pick<ValuePorts, 'values'>): Promise<void> => {
  const { t } = vscode.l10n;
  const kept = await values.kept();
  if (kept.length === 0) {
    void vscode.window.showInformationMessage(t('No entered values are kept.'));
    return;
  }
  const answer = await askSeveral({
    title: t('Forget Entered Values'),
    placeholder: t('Choose the values to forget; servers ask for them when they connect again'),
    items: kept.map((one) => ({
      label: one.name,
      description:
        one.owner === 'user' ? t('for your own servers') : t('for servers of this workspace'),
      one,
    })),
  });
  if (answer.kind !== 'value') return;
  await values.forget(answer.value.map(({ one }) => one));
  void vscode.window.showInformationMessage(t('Values forgotten: {0}.', answer.value.length));
};
