// Enter Values…: asks for what a server still needs, one after the other, and has it connect. Only ever because a person wants it.
// Leaving the questions keeps what was entered so far; the server goes on waiting for the rest.
// Not here: where values are kept (inputVault.ts) and what a server needs (core/fillServer.ts).
import * as vscode from 'vscode';
import type { CommandInput, InputDefinition, PickInput, PromptInput } from '../core/inputs.ts';
import type { ServerDefinition } from '../core/settings.ts';
import { type Missing, missingName } from '../core/variables.ts';
import type { Wanted } from '../runtime/inputAnswers.ts';
import type { ServerWatch } from '../runtime/watch.ts';
import { wantsValues } from './actions.ts';
import { type InputVault, longestValue } from './inputVault.ts';
import { type PickPorts, sayNoServers, sayNothingFits, serverItem } from './pickServer.ts';
import { type Answer, askChoice, askSeveral, askText, cameOf } from './quickInput.ts';
import { askSeries, type Came, type Step } from './series.ts';

/** What was entered, and what is missing. */
export interface EnteredValues {
  readonly values: Pick<InputVault, 'give' | 'kept' | 'forget'>;
  /** What is still to be given before the entry can be used. */
  readonly missing: (definition: ServerDefinition) => Promise<readonly Missing[]>;
  readonly inputs: () => readonly InputDefinition[];
}

export interface ValuePorts extends PickPorts, EnteredValues {}

interface Question {
  readonly server: ServerWatch;
  readonly wanted: Wanted;
  readonly place: { readonly step: number; readonly steps: number };
  readonly canGoBack: boolean;
  /** What was given a moment ago, for whoever comes back. */
  readonly before: string | undefined;
}

type Given = Promise<Answer<string>>;

const titleOf = ({ server }: Question): string => vscode.l10n.t('Values for "{0}"', server.id);

const checkLength = (text: string): string | null =>
  text.length > longestValue
    ? vscode.l10n.t('At most {0} characters can be kept.', longestValue)
    : null;

const askLine = (
  question: Question,
  prompt: string,
  { password, value }: { readonly password: boolean; readonly value: string | null },
): Given => {
  const { place, canGoBack, wanted, before } = question;
  return askText({
    title: titleOf(question),
    place,
    canGoBack,
    prompt,
    placeholder: missingName(wanted),
    password,
    value: before ?? value ?? '',
    check: checkLength,
  });
};

const askPrompt = (question: Question, input: PromptInput): Given =>
  askLine(question, input.description ?? vscode.l10n.t('Enter "{0}".', input.id), {
    password: input.password,
    value: input.default,
  });

const askPick = async (question: Question, input: PickInput): Given => {
  const { place, canGoBack, before } = question;
  const items = input.options.map(({ label, value }) => ({
    label,
    iconPath: new vscode.ThemeIcon('symbol-enum-member'),
    ...(label === value ? {} : { description: value }),
    value,
  }));
  const active = items.find(({ value }) => value === (before ?? input.default));
  const answer = await askChoice({
    title: titleOf(question),
    place,
    canGoBack,
    placeholder: input.description ?? vscode.l10n.t('Choose "{0}".', input.id),
    items,
    ...(active ? { active } : {}),
  });
  return answer.kind === 'value' ? { kind: 'value', value: answer.value.value } : answer;
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
    canGoBack: question.canGoBack,
    placeholder: input.description ?? t('"{0}" comes from a command.', input.id),
    items: [run],
  });
  if (answer.kind !== 'value') return answer;
  const result: unknown = await vscode.commands.executeCommand(input.command, input.args);
  if (typeof result === 'string') return { kind: 'value', value: result };
  // Many commands return undefined when the person leaves them.
  if (result !== undefined && result !== null)
    throw new Error(t('The command "{0}" returned no text.', input.command));
  return { kind: 'cancelled' };
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

/** Asks for one value and keeps it at once: whoever leaves in the middle has entered what was entered. */
const stepFor = (
  ports: ValuePorts,
  question: Pick<Question, 'server' | 'wanted' | 'place'>,
): Step => {
  let before: string | undefined;
  return async (canGoBack) => {
    const answer = await ask({ ...question, canGoBack, before }, ports.inputs());
    if (answer.kind === 'value') {
      before = answer.value;
      await ports.values.give(question.wanted, question.server.definition.origin.scope, before);
    }
    return cameOf(answer);
  };
};

const enterFor = async (
  ports: ValuePorts,
  server: ServerWatch,
  canGoBack: boolean,
): Promise<Came> => {
  const missing = await ports.missing(server.definition);
  const wanted = missing.filter(isWanted);
  const steps = wanted.map((one, index) => {
    const place = { step: index + 1, steps: wanted.length };
    return stepFor(ports, { server, wanted: one, place });
  });
  const came = await askSeries(steps, canGoBack);
  // What is entered is heard of by all that wait. Here what was missing has come from elsewhere.
  if (missing.length === 0) server.reconnect();
  const folder = missing.find((one) => !isWanted(one));
  if (came === 'done' && folder) await sayNoFolder(server, folder);
  return came === 'done' ? 'next' : came;
};

const choose = ({ fleet, words }: ValuePorts): Promise<Answer<{ readonly server: ServerWatch }>> =>
  askChoice({
    title: 'MCP Lifeline',
    placeholder: vscode.l10n.t('Choose the server whose values to enter'),
    items: fleet.servers.value.filter(wantsValues).map((server) => serverItem(server, words)),
  });

/** Of the given server, of the only one that waits, or of the one that is chosen. */
const enterForOne = async (ports: ValuePorts, given: ServerWatch | undefined): Promise<void> => {
  const [first, ...others] = ports.fleet.servers.value.filter(wantsValues);
  let server = given ?? first;
  const choosing: Step = async () =>
    given || others.length === 0
      ? 'skipped'
      : cameOf(await choose(ports), (item) => {
          ({ server } = item);
        });
  const entering: Step = async (canGoBack) =>
    server ? enterFor(ports, server, canGoBack) : 'cancelled';
  await askSeries([choosing, entering]);
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
  await enterForOne(ports, given);
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
      iconPath: new vscode.ThemeIcon('key'),
      description:
        one.owner === 'user' ? t('for your own servers') : t('for servers of this workspace'),
      one,
    })),
  });
  if (answer.kind !== 'value') return;
  await values.forget(answer.value.map(({ one }) => one));
  void vscode.window.showInformationMessage(t('Values forgotten: {0}.', answer.value.length));
};
