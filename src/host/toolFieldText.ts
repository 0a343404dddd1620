// What was typed into a field: the value it stands for, or why it stands for none. And back: a value as text.
import type { Json } from '../core/rpc.ts';
import type { Say } from '../core/wording.ts';
import type { Field, FieldType } from './toolFields.ts';

export type Reading =
  | { readonly kind: 'value'; readonly value: Json }
  /** Nothing typed, and that is allowed: the argument is left out. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wrong'; readonly reason: string };

const wrong = (reason: string): Reading => ({ kind: 'wrong', reason });

const matches = (text: string, pattern: string): boolean => {
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    // The server's pattern is not one that we understand: the server itself will judge.
    return true;
  }
};

const readText = (text: string, type: Extract<FieldType, { kind: 'text' }>, say: Say): Reading => {
  if (text.length < type.minLength)
    return wrong(say('Type at least {0} characters.', type.minLength));
  if (text.length > type.maxLength)
    return wrong(say('Type at most {0} characters; these are {1}.', type.maxLength, text.length));
  if (type.pattern !== null && !matches(text, type.pattern))
    return wrong(say('This must match the pattern {0}.', type.pattern));
  return { kind: 'value', value: text };
};

type NumberType = Extract<FieldType, { kind: 'number' }>;

const boundsFault = (value: number, type: NumberType, say: Say): string | null => {
  if (value < type.minimum) return say('The smallest allowed value is {0}.', type.minimum);
  if (value > type.maximum) return say('The largest allowed value is {0}.', type.maximum);
  if (value <= type.above) return say('The value must be greater than {0}.', type.above);
  return value >= type.below ? say('The value must be less than {0}.', type.below) : null;
};

const readNumber = (text: string, type: NumberType, say: Say): Reading => {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isFinite(value)) return wrong(say('"{0}" is not a number.', text.trim()));
  if (type.whole && !Number.isInteger(value)) return wrong(say('Type a whole number.'));
  const fault = boundsFault(value, type, say);
  return fault === null ? { kind: 'value', value } : wrong(fault);
};

/** Reads a text or number field; the other types are picked, not typed. */
export const readField = (field: Field, text: string, say: Say): Reading => {
  if (text === '')
    return field.required ? wrong(say('{0} is required.', field.title)) : { kind: 'nothing' };
  switch (field.type.kind) {
    case 'text':
      return readText(text, field.type, say);
    case 'number':
      return readNumber(text, field.type, say);
    case 'boolean':
    case 'choice':
      return { kind: 'value', value: text };
  }
};

/** Why a value cannot be sent; null when it can. A draft may hold what was never finished. */
export const faultOf = (field: Field, value: unknown, say: Say): string | null => {
  if (value === undefined) return field.required ? say('{0} is required.', field.title) : null;
  switch (field.type.kind) {
    case 'text':
    case 'number': {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const reading = readField(field, text, say);
      return reading.kind === 'wrong' ? reading.reason : null;
    }
    case 'boolean':
      return typeof value === 'boolean' ? null : say('{0} must be true or false.', field.title);
    case 'choice':
      return field.type.options.some((option) => option === value)
        ? null
        : say('{0} must be one of the listed values.', field.title);
  }
};

/** What kind of value is wanted, in a few words, for the prompt. */
export const describeType = (type: FieldType, say: Say): string => {
  switch (type.kind) {
    case 'text':
      return say('text');
    case 'number':
      return type.whole ? say('whole number') : say('number');
    case 'boolean':
      return say('yes or no');
    case 'choice':
      return say('one of {0}', type.options.length);
  }
};

export const showValue = (value: Json): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
