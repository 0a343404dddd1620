// Asks for the arguments of a tool: one by one what is required, then a list of all of them to change any before
// calling. What is typed is kept as a draft until it was sent. Not here: the call itself (callTool.ts).
import * as vscode from 'vscode';
import type { Json, JsonObject } from '../core/rpc.ts';
import type { Tool } from '../runtime/watch.ts';
import { type Answer, askChoice, askText, type Place } from './quickInput.ts';
import { describeType, faultOf, readField, showValue } from './toolFieldText.ts';
import type { Field } from './toolFields.ts';

export type FormOutcome =
  | { readonly kind: 'call'; readonly args: JsonObject }
  /** The user would rather write JSON. */
  | { readonly kind: 'document' }
  | { readonly kind: 'back' }
  | { readonly kind: 'cancelled' };

export interface FormQuestion {
  readonly tool: Tool;
  readonly fields: readonly Field[];
  readonly begun: JsonObject;
  /** Told of each change; secret values are not in it. */
  readonly keep: (values: JsonObject) => void;
}

/** What a field was answered with; undefined: left out. */
type FieldAnswer = Answer<Json | undefined>;

const promptOf = (field: Field): string => {
  const type = describeType(field.type, vscode.l10n.t);
  const need = field.required
    ? vscode.l10n.t('required')
    : vscode.l10n.t('optional, leave empty to leave it out');
  return field.description === null
    ? vscode.l10n.t('{0}, {1}', type, need)
    : vscode.l10n.t('{0} ({1}, {2})', field.description, type, need);
};

interface Asked {
  readonly title: string;
  readonly field: Field;
  readonly value: unknown;
  /** Null outside a series. */
  readonly place: Place | null;
  readonly onType: (value: Json | undefined) => void;
}

const startText = ({ value, field }: Asked): string => {
  if (typeof value === 'string') return value;
  if (value !== undefined) return JSON.stringify(value);
  return field.fallback === undefined ? '' : showValue(field.fallback);
};

const askTyped = async (asked: Asked): Promise<FieldAnswer> => {
  const { field, onType } = asked;
  const read = (text: string) => readField(field, text, vscode.l10n.t);
  const answer = await askText({
    title: `${asked.title}: ${field.title}`,
    prompt: promptOf(field),
    ...(asked.place ? { place: asked.place } : {}),
    canGoBack: true,
    value: startText(asked),
    password: field.secret,
    check: (text) => {
      const reading = read(text);
      return reading.kind === 'wrong' ? reading.reason : null;
    },
    onType: (text) => {
      const reading = read(text);
      // A text that is not finished is still worth keeping; a half number is not a number.
      if (reading.kind === 'value') onType(reading.value);
      else if (field.type.kind === 'text') onType(text === '' ? undefined : text);
    },
  });
  if (answer.kind !== 'value') return answer;
  const reading = read(answer.value);
  return { kind: 'value', value: reading.kind === 'value' ? reading.value : undefined };
};

interface ValueItem extends vscode.QuickPickItem {
  readonly value: Json | undefined;
}

const askPicked = async (asked: Asked, options: readonly Json[]): Promise<FieldAnswer> => {
  const { field, value } = asked;
  const items: ValueItem[] = options.map((option) => ({
    label: typeof option === 'boolean' ? (option ? 'true' : 'false') : showValue(option),
    iconPath: new vscode.ThemeIcon('symbol-enum-member'),
    value: option,
    ...(option === field.fallback ? { description: vscode.l10n.t('default') } : {}),
  }));
  if (!field.required)
    items.push({
      label: vscode.l10n.t('Leave out'),
      iconPath: new vscode.ThemeIcon('dash'),
      value: undefined,
    });
  const present = value ?? field.fallback;
  const active = items.find((item) => item.value === present) ?? items[0];
  const answer = await askChoice({
    title: `${asked.title}: ${field.title}`,
    placeholder: field.description ?? vscode.l10n.t('Choose a value'),
    ...(asked.place ? { place: asked.place } : {}),
    canGoBack: true,
    items,
    ...(active ? { active } : {}),
  });
  return answer.kind === 'value' ? { kind: 'value', value: answer.value.value } : answer;
};

const askField = (asked: Asked): Promise<FieldAnswer> => {
  const { type } = asked.field;
  switch (type.kind) {
    case 'text':
    case 'number':
      return askTyped(asked);
    case 'boolean':
      return askPicked(asked, [true, false]);
    case 'choice':
      return askPicked(asked, type.options);
  }
};

interface HubItem extends vscode.QuickPickItem {
  readonly field: Field | null;
}

const hidden = '••••••';

const valueOfNone = ({ required, fallback }: Field): string => {
  if (required) return vscode.l10n.t('not set yet');
  return fallback === undefined
    ? vscode.l10n.t('left out')
    : vscode.l10n.t('left out, default {0}', JSON.stringify(fallback));
};

const valueText = (field: Field, values: JsonObject): string => {
  const value = values[field.name];
  if (value === undefined) return valueOfNone(field);
  return field.secret ? hidden : JSON.stringify(value);
};

const withValue = (values: JsonObject, name: string, value: Json | undefined): JsonObject => {
  const { [name]: _previous, ...others } = values;
  return value === undefined ? others : { ...others, [name]: value };
};

const isOpen = (field: Field, values: JsonObject): boolean =>
  faultOf(field, values[field.name], vscode.l10n.t) !== null;

/** One run of the form; the values change as it goes. */
class ToolForm {
  readonly #question: FormQuestion;
  readonly #jsonButton: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('json'),
    tooltip: vscode.l10n.t('Edit the arguments as JSON'),
  };
  #values: JsonObject;

  constructor(question: FormQuestion) {
    this.#question = question;
    this.#values = question.begun;
  }

  get #title(): string {
    return this.#question.tool.title ?? this.#question.tool.name;
  }

  #set(field: Field, value: Json | undefined): void {
    this.#values = withValue(this.#values, field.name, value);
    const secret = this.#question.fields.filter((each) => each.secret).map((each) => each.name);
    this.#question.keep(
      Object.fromEntries(Object.entries(this.#values).filter(([name]) => !secret.includes(name))),
    );
  }

  async #ask(field: Field, place: Place | null): Promise<FieldAnswer> {
    const answer = await askField({
      title: this.#title,
      field,
      value: this.#values[field.name],
      place,
      onType: (value) => this.#set(field, value),
    });
    if (answer.kind === 'value') this.#set(field, answer.value);
    return answer;
  }

  /** What is required and not there yet, or not right yet, one after the other. */
  async #askMissing(): Promise<'done' | 'back' | 'cancelled'> {
    const missing = this.#question.fields.filter((field) => isOpen(field, this.#values));
    let at = 0;
    for (let field = missing[at]; field; field = missing[at]) {
      const place = missing.length > 1 ? { step: at + 1, steps: missing.length } : null;
      const answer = await this.#ask(field, place);
      if (answer.kind === 'cancelled') return 'cancelled';
      if (answer.kind === 'back' && at === 0) return 'back';
      at += answer.kind === 'back' ? -1 : 1;
    }
    return 'done';
  }

  #items(): HubItem[] {
    const { fields, tool } = this.#question;
    const missing = fields
      .filter((field) => isOpen(field, this.#values))
      .map((field) => field.title);
    const call: HubItem = {
      label: vscode.l10n.t('Call {0}', tool.name),
      iconPath: new vscode.ThemeIcon('play'),
      field: null,
      ...(missing.length > 0
        ? { description: vscode.l10n.t('still needs {0}', missing.join(', ')) }
        : {}),
    };
    const rows = fields.map((field): HubItem => ({
      label: field.required ? `${field.title} *` : field.title,
      iconPath: new vscode.ThemeIcon('symbol-field'),
      description: valueText(field, this.#values),
      field,
      ...(field.description === null ? {} : { detail: field.description }),
    }));
    const line = {
      label: vscode.l10n.t('Arguments'),
      kind: vscode.QuickPickItemKind.Separator,
      field: null,
    };
    return rows.length === 0 ? [call] : [call, line, ...rows];
  }

  #hubWords(): string {
    return this.#question.fields.length > 0
      ? vscode.l10n.t('Call the tool, or choose an argument to change it (* required)')
      : vscode.l10n.t('This tool takes no arguments');
  }

  async run(): Promise<FormOutcome> {
    const first = await this.#askMissing();
    if (first !== 'done') return { kind: first };
    for (;;) {
      const answer = await askChoice({
        title: this.#title,
        placeholder: this.#hubWords(),
        canGoBack: true,
        items: this.#items(),
        buttons: this.#question.fields.length > 0 ? [this.#jsonButton] : [],
      });
      if (answer.kind === 'back' || answer.kind === 'cancelled') return answer;
      if (answer.kind === 'button') return { kind: 'document' };
      const { field } = answer.value;
      if (field) await this.#ask(field, null);
      else if ((await this.#askMissing()) === 'done') return { kind: 'call', args: this.#values };
    }
  }
}

export const askArguments = (question: FormQuestion): Promise<FormOutcome> =>
  new ToolForm(question).run();
