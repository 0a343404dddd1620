// What signing in yields is kept by the editor, and for this life of the window where the editor cannot.
import { describe, expect, test } from 'vitest';
import { Emitter } from '../../src/base/signal.ts';
import { TokenVault } from '../../src/host/tokenVault.ts';

/** A secret storage that can be locked; several windows may have the same. */
class KeyRing {
  readonly kept = new Map<string, string>();
  readonly changed = new Emitter<{ readonly key: string }>();
  isLocked = false;

  #open(): Promise<void> {
    return this.isLocked ? Promise.reject(new Error('The key ring is locked')) : Promise.resolve();
  }

  async get(key: string): Promise<string | undefined> {
    await this.#open();
    return this.kept.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    await this.#open();
    this.kept.set(key, value);
    this.changed.emit({ key });
  }

  async delete(key: string): Promise<void> {
    await this.#open();
    this.kept.delete(key);
    this.changed.emit({ key });
  }

  onDidChange(listener: (change: { readonly key: string }) => void) {
    return this.changed.on(listener);
  }
}

const aVault = (ring: KeyRing) => {
  const lines: string[] = [];
  const vault = new TokenVault(ring, { warn: (text) => lines.push(text) });
  const changes: string[] = [];
  vault.onChange((key) => changes.push(key));
  return { vault, lines, changes };
};

describe('a vault', () => {
  test('gives another window what was kept, and tells it', async () => {
    const ring = new KeyRing();
    const one = aVault(ring);
    const other = aVault(ring);
    await one.vault.set('a', 'token');
    expect(await other.vault.get('a')).toBe('token');
    await one.vault.delete('a');
    expect(await other.vault.get('a')).toBeUndefined();
    expect(other.changes).toEqual(['a', 'a']);
  });

  test('does not tell of what others keep in the same storage', () => {
    const ring = new KeyRing();
    const { changes } = aVault(ring);
    ring.changed.emit({ key: 'gateway.token.1' });
    expect(changes).toEqual([]);
  });

  test('of a locked editor keeps for this life, and says so once', async () => {
    const ring = new KeyRing();
    const { vault, lines, changes } = aVault(ring);
    ring.isLocked = true;
    await vault.set('a', 'token');
    await vault.set('b', 'other');
    expect([await vault.get('a'), await vault.get('b')]).toEqual(['token', 'other']);
    expect(changes).toEqual(['a', 'b']);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('The key ring is locked');
    expect(ring.kept.size).toBe(0);
  });

  test('does not bring back what was deleted while the editor was locked', async () => {
    const ring = new KeyRing();
    const { vault } = aVault(ring);
    await vault.set('a', 'token');
    ring.isLocked = true;
    await vault.delete('a');
    ring.isLocked = false;
    expect(await vault.get('a')).toBeUndefined();
  });

  test('keeps anew what could not be kept before', async () => {
    const ring = new KeyRing();
    const { vault } = aVault(ring);
    ring.isLocked = true;
    await vault.set('a', 'old');
    ring.isLocked = false;
    await vault.set('a', 'new');
    expect([...ring.kept.values()]).toEqual(['new']);
    expect(await vault.get('a')).toBe('new');
  });
});
