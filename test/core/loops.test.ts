// Servers that would lead back to ourselves are refused with a reason; all others are left alone.
import { expect, test } from 'vitest';
import { refuseLoops } from '../../src/core/loops.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import type { Settings } from '../../src/core/settings.ts';

const bridge = '/ext/dist/bridge.js';
const door = { ports: [39_999, 40_001], bridge };

const settingsWith = (entry: object): Settings =>
  parseSettings({ servers: { one: entry, other: { url: 'http://127.0.0.1:3000/mcp' } } }).settings;

const kinds = (settings: Settings): string[] => settings.servers.map(({ kind }) => kind);

test.each([
  'http://127.0.0.1:40001/mcp/one',
  'http://LOCALHOST:40001/mcp/other?x=1',
  'http://[::1]:40001/anything',
  'http://[::ffff:127.0.0.1]:40001/mcp/one',
  'http://127.1:40001/mcp/one',
  'http://0.0.0.0:40001/mcp/one',
])('the URL %s is the gateway itself and is refused, the server beside it is not', (url) => {
  const judged = refuseLoops(settingsWith({ url }), door);
  expect(kinds(judged)).toEqual(['bad', 'http']);
  expect(JSON.stringify(judged.servers[0])).toContain('would call itself');
});

test('our own bridge as a server is refused', () => {
  const judged = refuseLoops(settingsWith({ command: 'node', args: [bridge, 'other'] }), door);
  expect(kinds(judged)).toEqual(['bad', 'http']);
  const onWindows = { command: 'node', args: ['C:\\ext\\dist\\bridge.js'] };
  const there = { ports: [], bridge: 'C:/ext/dist/bridge.js' };
  expect(kinds(refuseLoops(settingsWith(onWindows), there))).toEqual(['bad', 'http']);
});

test.each([
  { url: 'http://127.0.0.1:40002/mcp/one' },
  { url: 'https://127.0.0.1:40001/mcp' },
  { url: 'http://example.com:40001/mcp/one' },
  { url: 'http://127.0.0.1.example.com:40001/mcp' },
  { command: 'node', args: ['/other/bridge.js'] },
])('%j leads elsewhere, and the settings stay the same object', (entry) => {
  const settings = settingsWith(entry);
  expect(refuseLoops(settings, door)).toBe(settings);
});

test('while the gateway is nowhere nothing can lead to it', () => {
  const settings = settingsWith({ url: 'http://127.0.0.1:40001/mcp/one' });
  expect(refuseLoops(settings, { ports: [], bridge })).toBe(settings);
});
