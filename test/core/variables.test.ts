// `${…}` in texts: what is a variable, what becomes of it, and what is missing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasVariables, parseTemplate, unknownReason } from '../../src/core/template.ts';
import { fill, missingName, type VariableValues } from '../../src/core/variables.ts';

const env: Readonly<Record<string, string>> = {
  HOME_PORT: '8080',
  EMPTY: '',
  EVIL: '${input:token}${HOME_PORT}',
  'ProgramFiles(x86)': 'C:\\x86',
};
const inputs: Readonly<Record<string, string>> = { token: 'secret', 'a b': 'spaced' };
const folders = [
  { path: '/work/api', basename: 'api' },
  { path: '/work/web', basename: 'web' },
];
const own = (of: Readonly<Record<string, string>>, key: string): string | undefined =>
  Object.hasOwn(of, key) ? of[key] : undefined;
const values: VariableValues = {
  env: (name) => own(env, name),
  input: (id) => own(inputs, id),
  folder: (name) => folders.find(({ basename }) => name === null || basename === name),
  places: { userHome: '/home/me', pathSeparator: '/', cwd: '/work/api', execPath: '/bin/code' },
};
const filled = (text: string): string => fill(parseTemplate(text), values).text;
const missing = (text: string): readonly string[] =>
  fill(parseTemplate(text), values).missing.map(missingName);

describe('a variable', () => {
  test.each([
    ['${workspaceFolder}/bin', '/work/api/bin'],
    ['${workspaceFolder:web}', '/work/web'],
    ['${workspaceFolderBasename}', 'api'],
    ['${workspaceFolderBasename:web}', 'web'],
    ['${userHome}${/}x${pathSeparator}y', '/home/me/x/y'],
    ['${cwd} ${execPath}', '/work/api /bin/code'],
    ['http://localhost:${HOME_PORT}/', 'http://localhost:8080/'],
    ['${env:HOME_PORT}', '8080'],
    ['${env:ProgramFiles(x86)}', 'C:\\x86'],
    ['Bearer ${input:token}', 'Bearer secret'],
    ['${input:a b}', 'spaced'],
    ['${HOME_PORT:-1}', '8080'],
    ['${NOWHERE:-1}', '1'],
    ['${env:NOWHERE:-1}', '1'],
    ['${NOWHERE:-}', ''],
    ['${NOWHERE:-a:-b}', 'a:-b'],
    ['${EMPTY:-default}', 'default'],
    ['${EMPTY}', ''],
    ['${NOWHERE:-${ELSEWHERE:-${HOME_PORT}}}', '8080'],
    ['${NOWHERE:-http://${HOME_PORT}/x}', 'http://8080/x'],
    ['${workspaceFolder:nowhere}${workspaceFolder:-x}', '/work/api'],
    ['$${HOME_PORT}$', '$8080$'],
  ])('in %s makes %s', (text, result) => {
    expect(filled(text)).toBe(result);
  });

  test.each([
    '',
    '$',
    '${',
    '${}',
    '${HOME_PORT',
    '$HOME_PORT',
    '{HOME_PORT}',
    '${#array[@]}',
    '${a.b}',
    '${a b}',
    '}${',
    '${:-x}',
  ])('is not what %j holds, which stays as it is', (text) => {
    expect(hasVariables(text)).toBe(false);
    expect(filled(text)).toBe(text);
  });

  test('is not looked for in a value', () => {
    expect(filled('${EVIL}')).toBe('${input:token}${HOME_PORT}');
    expect(filled('${NOWHERE:-${EVIL}}')).toBe('${input:token}${HOME_PORT}');
  });

  test.each([
    ['${NOWHERE} ${input:none}', ['${NOWHERE}', '${input:none}']],
    ['${env:NOWHERE}', ['${NOWHERE}']],
    ['${NOWHERE:-${ELSEWHERE}}', ['${ELSEWHERE}']],
    ['${workspaceFolder:gone}', ['${workspaceFolder:gone}']],
    ['${constructor}${__proto__}${toString}', ['${constructor}', '${__proto__}', '${toString}']],
    ['${input:__proto__}${input:constructor}', ['${input:__proto__}', '${input:constructor}']],
    ['${HOME_PORT:-${NOWHERE}}', []],
  ])('of %s that has no value is named: %j', (text, names) => {
    expect(missing(text)).toEqual(names);
  });

  test.each([
    ['${config:a.b}', '${config:a.b} reads a setting'],
    ['${command:a}', '${command:a} runs a command'],
    ['${relativeFile}', 'depends on the open editor'],
    ['${X:?must be set}', '${X:?must be set} is no variable that is known here'],
    ['${env:${X}}', 'holds a variable where a name is expected'],
    ['${userHome:-x}', 'takes no default here'],
    ['${input:token:-x}', 'takes no default here'],
    [`${'${A:-'.repeat(20)}x${'}'.repeat(20)}`, 'nested too deeply'],
    [`\${config:${'x'.repeat(100)}}`, '…} reads a setting'],
  ])('in %s cannot be filled in by anybody, and a sentence says why', (text, reason) => {
    expect(unknownReason(parseTemplate(text))).toContain(reason);
    expect(() => filled(text)).not.toThrow();
  });
});

describe('of any text', () => {
  const piece = fc.constantFrom('${', '}', ':-', 'HOME_PORT', 'input:token', 'env:', 'x', '$', '/');
  const anyText = fc.oneof(
    fc.string(),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  );

  test('one without ${ is left alone', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const plain = text.replaceAll('${', '');
        fc.pre(!plain.includes('${'));
        expect(fill(parseTemplate(plain), values)).toEqual({ text: plain, missing: [] });
      }),
    );
  });

  test('filling comes to an end with a text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = fill(parseTemplate(text), values);
        expect(typeof result.text).toBe('string');
      }),
    );
  });

  test('a value stays as it is, whatever it holds', () => {
    fc.assert(
      fc.property(anyText, fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!`${before}${after}`.includes('$') && !`${before}${after}`.includes('}'));
        const with1: VariableValues = { ...values, input: () => value };
        const template = parseTemplate(`${before}\${input:any}${after}`);
        expect(fill(template, with1).text).toBe(before + value + after);
      }),
    );
  });

  test('a long one costs no more than its length', () => {
    for (const part of ['${', '${A:-', '}', '${A}', '${A:-x}']) {
      const text = part.repeat(50_000);
      expect(typeof filled(text)).toBe('string');
    }
  });
});
