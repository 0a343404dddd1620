// A tool's JSON schema as fields that can be asked one by one, and what was typed as a value. Only flat schemas of
// plain values become fields; anything else is edited as a document (toolDocument.ts). No editor in here.
import { isObject, type Json, type JsonObject } from '../core/rpc.ts';

export type FieldType =
  | {
      readonly kind: 'text';
      readonly minLength: number;
      readonly maxLength: number;
      readonly pattern: string | null;
    }
  | {
      readonly kind: 'number';
      readonly whole: boolean;
      readonly minimum: number;
      readonly maximum: number;
      /** Limits that are not themselves allowed. */
      readonly above: number;
      readonly below: number;
    }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly options: readonly Json[] };

export interface Field {
  readonly name: string;
  readonly title: string;
  readonly description: string | null;
  readonly required: boolean;
  /** Typed unseen and kept nowhere. */
  readonly secret: boolean;
  readonly fallback: Json | undefined;
  readonly type: FieldType;
}

// A page token is typed from what is on the screen; hiding it would only annoy.
const harmlessTokens = /(page|next|continuation|sync)[-_]?token$/i;
const secretNames =
  /(pass(word|phrase|wd|code)?|secret|token|api[-_]?key|private[-_]?key|credentials?)$/i;

export const isSecretName = (name: string): boolean =>
  secretNames.test(name) && !harmlessTokens.test(name);

const isSecret = (name: string, schema: JsonObject): boolean =>
  schema['format'] === 'password' || schema['writeOnly'] === true || isSecretName(name);

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
const numberOf = (value: unknown, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;
const isPlain = (value: unknown): value is Json =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'number' ||
  typeof value === 'boolean';

/** `anyOf: [X, null]` is how generators write an optional X; `type: ["string", "null"]` says the same. */
const withoutNull = (schema: JsonObject): JsonObject => {
  const type = schema['type'];
  if (Array.isArray(type)) {
    const rest = type.filter((name) => name !== 'null');
    return rest.length === 1 ? { ...schema, type: rest[0] } : schema;
  }
  const { anyOf, ...others } = schema;
  if (!Array.isArray(anyOf)) return schema;
  const rest = anyOf.filter((option) => isObject(option) && option['type'] !== 'null');
  return rest.length === 1 && anyOf.length === 2 && isObject(rest[0])
    ? { ...rest[0], ...others }
    : schema;
};

const combinators = [
  '$ref',
  'allOf',
  'anyOf',
  'oneOf',
  'not',
  'if',
  'dependentSchemas',
  'patternProperties',
];
const isCombined = (schema: JsonObject): boolean => combinators.some((word) => word in schema);

const numberType = (schema: JsonObject, whole: boolean): FieldType => ({
  kind: 'number',
  whole,
  minimum: numberOf(schema['minimum'], -Infinity),
  maximum: numberOf(schema['maximum'], Infinity),
  above: numberOf(schema['exclusiveMinimum'], -Infinity),
  below: numberOf(schema['exclusiveMaximum'], Infinity),
});

const typeOf = (schema: JsonObject): FieldType | null => {
  if (isCombined(schema)) return null;
  const options = schema['enum'] ?? ('const' in schema ? [schema['const']] : undefined);
  if (Array.isArray(options)) return options.every(isPlain) ? { kind: 'choice', options } : null;
  switch (schema['type']) {
    case 'string':
      return {
        kind: 'text',
        minLength: numberOf(schema['minLength'], 0),
        maxLength: numberOf(schema['maxLength'], Infinity),
        pattern: textOf(schema['pattern']),
      };
    case 'number':
    case 'integer':
      return numberType(schema, schema['type'] === 'integer');
    case 'boolean':
      return { kind: 'boolean' };
    default:
      return null;
  }
};

const fieldOf = (name: string, raw: unknown, required: boolean): Field | null => {
  if (!isObject(raw)) return null;
  const schema = withoutNull(raw);
  const type = typeOf(schema);
  if (!type) return null;
  const fallback = schema['default'];
  return {
    name,
    title: textOf(schema['title']) ?? name,
    description: textOf(schema['description']),
    required,
    secret: isSecret(name, schema),
    fallback: isPlain(fallback) && fallback !== null ? fallback : undefined,
    type,
  };
};

const propertiesOf = (schema: JsonObject): JsonObject =>
  isObject(schema['properties']) ? schema['properties'] : {};

export const requiredNames = (schema: JsonObject): readonly string[] =>
  Array.isArray(schema['required'])
    ? schema['required'].filter((name) => typeof name === 'string')
    : [];

/** The fields in the schema's order, required ones first; null where the schema is not flat. */
export const fieldsOf = (schema: JsonObject): readonly Field[] | null => {
  if (isCombined(schema)) return null;
  const required = requiredNames(schema);
  const fields: Field[] = [];
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    const field = fieldOf(name, property, required.includes(name));
    if (!field) return null;
    fields.push(field);
  }
  return [
    ...fields.filter((field) => field.required),
    ...fields.filter((field) => !field.required),
  ];
};

/** Names of the top-level properties that must be typed unseen, also where the rest is edited as a document. */
export const secretFieldsOf = (schema: JsonObject): readonly Field[] => {
  const required = requiredNames(schema);
  return Object.entries(propertiesOf(schema))
    .map(([name, property]) => fieldOf(name, property, required.includes(name)))
    .filter((field) => field !== null)
    .filter((field) => field.secret && field.type.kind === 'text');
};
