// What a person has entered: kept apart for each place, kept once, forgotten when told to, and what happens where the editor
// cannot keep secrets.
import { expect, onTestFinished, test } from 'vitest';
import type { InputDefinition } from '../../src/core/inputs.ts';
import { InputVault } from '../../src/host/inputVault.ts';
import type { EditorSecrets } from '../../src/host/tokenVault.ts';

class Secrets implements EditorSecrets {
  readonly kept = new Map<string, string>();
  readonly #listeners = new Set<(change: { readonly key: string }) => void>();
  isLocked = false;

  async get(key: string): Promise<string | undefined> {
    this.#open();
    return this.kept.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    this.#open();
    this.kept.set(key, value);
    this.#tell(key);
  }

  async delete(key: string): Promise<void> {
    this.#open();
    this.kept.delete(key);
    this.#tell(key);
  }

  onDidChange(listener: (change: { readonly key: string }) => void) {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  #open(): void {
    if (this.isLocked) throw new Error('locked');
  }

  #tell(key: string): void {
    for (const listener of this.#listeners) listener({ key });
  }
}

const aVault = (secrets: Secrets, workspace = 'here', inputs: readonly InputDefinition[] = []) => {
  const warnings: string[] = [];
  const log = { warn: (text: string) => void warnings.push(text) };
  const vault = new InputVault({ secrets, workspace, inputs: () => inputs, log });
  onTestFinished(() => vault.dispose());
  return { vault, warnings };
};

const token = { kind: 'input', id: 'token' } as const;
const key = { kind: 'env', name: 'KEY' } as const;

test('an answer is for the place that it was given for, and for no other workspace', async () => {
  const secrets = new Secrets();
  const { vault } = aVault(secrets);
  await vault.give(token, 'user', 'mine');
  await vault.give(token, 'folder', 'of the workspace');
  expect(await vault.answer(token, 'user')).toEqual({ value: 'mine', isSecret: true });
  expect(await vault.answer(token, 'workspace')).toMatchObject({ value: 'of the workspace' });
  const { vault: other } = aVault(secrets, 'elsewhere');
  expect(await other.answer(token, 'user')).toMatchObject({ value: 'mine' });
  expect(await other.answer(token, 'workspace')).toBe(undefined);
});

test('an input and a variable of the same name are two', async () => {
  const { vault } = aVault(new Secrets());
  await vault.give({ kind: 'input', id: 'KEY' }, 'user', 'input');
  expect(await vault.answer(key, 'user')).toBe(undefined);
  await vault.give(key, 'user', 'variable');
  expect(await vault.answer(key, 'user')).toMatchObject({ value: 'variable' });
});

test('what many give at once is all kept', async () => {
  const { vault } = aVault(new Secrets());
  const ids = Array.from({ length: 20 }, (_, index) => `input-${index}`);
  await Promise.all(ids.map((id) => vault.give({ kind: 'input', id }, 'user', id)));
  expect(await vault.kept()).toHaveLength(20);
});

test('names are told, forgotten ones are gone, and nothing is left of the last', async () => {
  const secrets = new Secrets();
  const { vault } = aVault(secrets);
  await vault.give(token, 'user', 'secret');
  await vault.give(key, 'workspace', 'secret');
  const kept = await vault.kept();
  expect(kept).toEqual([
    { owner: 'user', name: '${input:token}' },
    { owner: 'workspace', name: '${KEY}' },
  ]);
  await vault.forget(kept);
  expect(await vault.answer(token, 'user')).toBe(undefined);
  expect(secrets.kept.size).toBe(0);
});

test('one that the settings offer to everybody is no secret', async () => {
  const options = [{ label: 'a', value: 'a' }];
  const pick = {
    kind: 'pickString',
    id: 'token',
    description: null,
    options,
    default: null,
  } as const;
  const { vault } = aVault(new Secrets(), 'here', [pick]);
  await vault.give(token, 'user', 'a');
  expect(await vault.answer(token, 'user')).toEqual({ value: 'a', isSecret: false });
});

test('where the editor cannot keep secrets, answers are good for this window, and that is said', async () => {
  const secrets = new Secrets();
  const { vault, warnings } = aVault(secrets);
  secrets.isLocked = true;
  await vault.give(token, 'user', 'for now');
  expect(await vault.answer(token, 'user')).toMatchObject({ value: 'for now' });
  expect(warnings).toHaveLength(1);
  expect(secrets.kept.size).toBe(0);
});

test('what cannot be read is asked for again, and names of every object are none', async () => {
  const secrets = new Secrets();
  const { vault } = aVault(secrets);
  await vault.give(token, 'user', 'secret');
  for (const stored of secrets.kept.keys()) secrets.kept.set(stored, '{"${input:token}": 7}');
  expect(await vault.answer(token, 'user')).toBe(undefined);
  for (const stored of secrets.kept.keys()) secrets.kept.set(stored, 'nonsense');
  expect(await vault.answer(token, 'user')).toBe(undefined);
  expect(await vault.answer({ kind: 'input', id: '__proto__' }, 'user')).toBe(undefined);
});

test('another window hears of it', async () => {
  const secrets = new Secrets();
  const { vault } = aVault(secrets);
  const { vault: other } = aVault(secrets);
  let heard = 0;
  other.onChange(() => (heard += 1));
  await vault.give(token, 'user', 'a');
  expect(heard).toBe(1);
});
