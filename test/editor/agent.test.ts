// The agent of the editor on our servers, through the editor's own MCP client: what it must not notice, and what it is told
// where nobody can know. The same scenes beside a server without Lifeline: test/editor/compare.ts.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../vscode/waiting.ts';
import type { Outcome } from './agent/messages.ts';
import { type Findings, lateScene, type Scene, scenes } from './agentScenes.ts';
import { AgentStage, type Cast } from './agentStage.ts';

let stage: AgentStage;
let made = 0;

const aCast = async (scene: Scene | null): Promise<Cast> => {
  made += 1;
  const isLate = scene === lateScene;
  const cast = await stage.cast('lifeline', `s${made}`, scene?.options, isLate);
  await (isLate ? cast.look() : cast.start());
  return cast;
};

const played = async (scene: Scene): Promise<Findings> => scene.play(await aCast(scene));

const texts = (outcomes: readonly Outcome[]): string[] =>
  outcomes.map((outcome) => (outcome.kind === 'answered' ? outcome.text : JSON.stringify(outcome)));

beforeAll(async () => {
  stage = await AgentStage.open();
  // The editor asks once whether tools may run without being confirmed.
  const warm = await aCast(null);
  await warm.call('append', { text: 'may it?' }, 60_000);
});

afterAll(async () => {
  await stage?.close();
});

test.concurrent.each([scenes.restart404, scenes.restart503, scenes.restart200])(
  '[restart-invisible] $name: the agent notices nothing',
  async (scene) => {
    const { outcomes, executed } = await played(scene);
    expect(texts(outcomes)).toEqual(['first', 'second']);
    expect(executed).toBe(2);
  },
);

test.concurrent('[one-handshake] a session that expired is no matter for the agent', async () => {
  const { outcomes, executed } = await played(scenes.expired);
  expect(texts(outcomes)).toEqual(['appended after']);
  expect(executed).toBe(1);
});

test.concurrent('[never-lost] a call waits through an outage of 20 s and then runs, once', async () => {
  const { outcomes, executed } = await played(scenes.outage);
  expect(texts(outcomes)).toEqual(['appended while down']);
  expect(executed).toBe(1);
});

test.concurrent.each([scenes.killed, scenes.pendingWrite, scenes.cut])(
  '[at-most-once] [honest-unknown] $name: the agent is told, and nothing runs twice',
  async (scene) => {
    const { outcomes, executed } = await played(scene);
    expect(texts(outcomes).join()).toMatch(/may have run; check before repeating/);
    expect(texts(outcomes).join()).not.toMatch(/not run|call again/);
    expect(executed).toBe(1);
  },
);

test.concurrent('[break-heard] where the server keeps events a cut answer arrives all the same', async () => {
  const { outcomes, executed } = await played(scenes.cutResumable);
  expect(texts(outcomes)).toEqual(['slept 3000']);
  expect(executed).toBe(1);
});

test.concurrent('[dead-detected] a server that falls silent leaves no call hanging', async () => {
  const { outcomes } = await played(scenes.blackHole);
  expect(texts(outcomes).join()).toMatch(/may have run/);
});

test.concurrent.each([scenes.toolsChanged, lateScene])(
  '[gateway-never-drops] $name: the tools appear by themselves',
  async (scene) => {
    const { outcomes } = await played(scene);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['answered']);
  },
);

test('[reload-survives] after a window reload the agent calls as before', async () => {
  const cast = await aCast(null);
  await cast.call('append', { text: 'before' }, 10_000);
  await stage.window.reload();
  await cast.start();
  const outcome = await cast.call('append', { text: 'after' }, 60_000);
  expect(texts([outcome])).toEqual(['appended after']);
});

test('the agent can ask how the servers are, and is not offered what the user withholds', async () => {
  const { agent } = stage;
  const report = await agent.invoke('session_health_check', {}, 20_000);
  expect(texts([report]).join()).toMatch(/MCP Lifeline/);
  const cast = await aCast(null);
  stage.offer(false);
  await until('the tools are gone', 30_000, async () => (await cast.tools()).length === 0);
  stage.offer(true);
  await cast.start();
});
