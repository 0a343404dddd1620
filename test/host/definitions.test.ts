// What the editor is offered of our servers, and when it hears of a change: it ends running calls at each one.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { type Clock, realClock } from '../../src/base/clock.ts';
import { Source } from '../../src/base/signal.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import type { Settings } from '../../src/core/settings.ts';
import { createDefinitions, type Definitions } from '../../src/host/definitionProvider.ts';
import type { GatewayDoor } from '../../src/host/gatewayDoor.ts';

const open: GatewayDoor = {
  kind: 'open',
  port: 49_152,
  ports: [49_152],
  token: 'the-token',
  instead: null,
};
const url = 'http://127.0.0.1:3000/mcp';

const settingsWith = (servers: object, more: object = {}): Settings =>
  parseSettings({ servers, ...more }).settings;

interface Stage {
  readonly door: Source<GatewayDoor>;
  readonly settings: Source<Settings>;
  readonly definitions: Definitions;
  readonly changes: () => number;
}

/** Time stands still. */
const noTime: Clock = { ...realClock, after: () => ({ dispose: () => undefined }) };

const aStage = (first: GatewayDoor, settings: Settings, clock: Clock = realClock): Stage => {
  const door = new Source<GatewayDoor>(first);
  const current = new Source(settings);
  const definitions = createDefinitions({ clock, door, settings: current });
  let changes = 0;
  definitions.onDidChangeMcpServerDefinitions(() => (changes += 1));
  return { door, settings: current, definitions, changes: () => changes };
};

const offered = async ({ definitions }: Stage): Promise<string[]> => {
  const { token } = new vscode.CancellationTokenSource();
  const list = await definitions.provideMcpServerDefinitions(token);
  return list.map(({ label, uri }) => `${label} ${uri.toString(true)}`);
};

describe('the servers offered to the editor', () => {
  it('are those that are enabled and can be used, each at its gateway URL with the way in', async () => {
    const stage = aStage(
      open,
      settingsWith({ a: { url }, 'b c': { url }, off: { url, enabled: false }, bad: {} }),
    );
    assert.deepEqual(await offered(stage), [
      'a http://127.0.0.1:49152/mcp/a',
      'b c http://127.0.0.1:49152/mcp/b c',
    ]);
    const { token } = new vscode.CancellationTokenSource();
    const [first] = await stage.definitions.provideMcpServerDefinitions(token);
    assert.deepEqual(first?.headers, {
      Authorization: 'Bearer the-token',
      'mcp-lifeline-client': 'vscode',
    });
    assert.equal(first?.version, undefined, 'A version that changes would end running calls.');
  });

  it('wait for the door to open, and give up when the editor does', async () => {
    const stage = aStage({ kind: 'opening' }, settingsWith({ a: { url } }));
    const asked = offered(stage);
    stage.door.set(open);
    assert.deepEqual(await asked, ['a http://127.0.0.1:49152/mcp/a']);

    const closed = aStage({ kind: 'opening' }, settingsWith({ a: { url } }), noTime);
    const source = new vscode.CancellationTokenSource();
    const given = closed.definitions.provideMcpServerDefinitions(source.token);
    source.cancel();
    assert.deepEqual(await given, []);
  });

  it('are none where the gateway is off or could not open, and where the user wants none', async () => {
    const servers = { a: { url } };
    assert.deepEqual(await offered(aStage({ kind: 'off' }, settingsWith(servers))), []);
    const failed: GatewayDoor = { kind: 'failed', code: 'EACCES' };
    assert.deepEqual(await offered(aStage(failed, settingsWith(servers))), []);
    const unwanted = settingsWith(servers, { 'gateway.offerToEditor': false });
    assert.deepEqual(await offered(aStage(open, unwanted)), []);
    assert.deepEqual(await offered(aStage({ kind: 'opening' }, unwanted)), []);
  });

  it('change only when their set, a URL or the token does', () => {
    const stage = aStage(open, settingsWith({ a: { url }, b: { url } }));
    const steps: readonly (readonly [string, number, () => void])[] = [
      ['another order', 0, () => stage.settings.set(settingsWith({ b: { url }, a: { url } }))],
      [
        'another server behind the same name',
        0,
        () => stage.settings.set(settingsWith({ a: { url: `${url}2` }, b: { url } })),
      ],
      ['the door opens again', 0, () => stage.door.set({ kind: 'opening' })],
      ['where it was', 0, () => stage.door.set({ ...open })],
      ['a server less', 1, () => stage.settings.set(settingsWith({ a: { url } }))],
      [
        'another port beside it, inherited from a window that ended',
        1,
        () => stage.door.set({ ...open, port: 49_153, ports: [49_152, 49_153] }),
      ],
      ['another port in its place', 2, () => stage.door.set({ ...open, port: 49_153, ports: [] })],
      ['the door fails', 3, () => stage.door.set({ kind: 'failed', code: 'EACCES' })],
    ];
    for (const [what, changes, step] of steps) {
      step();
      assert.equal(stage.changes(), changes, what);
    }
  });

  it('say nothing any more once they are disposed', () => {
    const stage = aStage(open, settingsWith({ a: { url } }));
    stage.definitions.dispose();
    stage.settings.set(settingsWith({}));
    assert.equal(stage.changes(), 0);
  });
});
