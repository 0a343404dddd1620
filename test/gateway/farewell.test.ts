// What is left outside the editor when the extension is removed.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DiscoveryFile, type ProcessView } from '../../src/gateway/discovery.ts';
import { removeTraces } from '../../src/gateway/farewell.ts';
import { anEntry } from './bridge/discoveryFixtures.ts';

const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'farewell-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'gateways'), { mode: 0o700 });
  writeFileSync(join(folder, 'bridge.js'), '// The bridge.');
  return folder;
};

const processes = (isAlive: boolean): ProcessView => ({ machine: 'here', isAlive: () => isAlive });

const publish = (folder: string, workspace: string): void =>
  new DiscoveryFile({
    folder: join(folder, 'gateways'),
    workspace,
    processes: processes(true),
    now: () => Date.now(),
  }).publish(anEntry());

test('goes: the bridge, and the files of gateways that have ended', () => {
  const folder = aFolder();
  publish(folder, 'one');
  publish(folder, 'other');
  expect(readdirSync(join(folder, 'gateways'))).toHaveLength(2);
  removeTraces(processes(false), folder);
  expect(readdirSync(join(folder, 'gateways'))).toEqual([]);
  expect(existsSync(join(folder, 'bridge.js'))).toBe(false);
});

test('stays while a gateway runs, which its clients come to through the bridge', () => {
  const folder = aFolder();
  publish(folder, 'one');
  removeTraces(processes(true), folder);
  expect(readdirSync(join(folder, 'gateways'))).toHaveLength(1);
  expect(existsSync(join(folder, 'bridge.js'))).toBe(true);
});

test('is nothing where there never was anything', () => {
  const folder = join(aFolder(), 'none');
  expect(() => removeTraces(processes(false), folder)).not.toThrow();
});
