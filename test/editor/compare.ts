// Plays every scene twice in one run of the real editor, on a server that its agent reaches directly and on one that it reaches
// through Lifeline, and prints what came of it as a table for the README: `node test/editor/compare.ts [scene…]`.
// Not here: what is demanded of Lifeline (agent.test.ts).
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from '../run/command.ts';
import { provideEditor } from '../run/desktop.ts';
import { repository } from '../vscode/places.ts';
import type { Outcome } from './agent/messages.ts';
import { type Findings, lateScene, type Scene, scenes } from './agentScenes.ts';
import { AgentStage, type Via } from './agentStage.ts';

const seconds = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;

/** Lifeline's honest answer where nobody can know whether a call ran. */
const isUnknown = ({ kind, text }: Outcome & { kind: 'answered' }): boolean =>
  kind === 'answered' && /may have run/.test(text);

const wordsOf = (outcome: Outcome): string => {
  switch (outcome.kind) {
    case 'answered':
      return isUnknown(outcome)
        ? `told *may have run* after ${seconds(outcome.ms)}`
        : `works, ${seconds(outcome.ms)}`;
    case 'failed':
      return `**fails** after ${seconds(outcome.ms)}`;
    case 'hangs':
      return `**hangs** (given up after ${seconds(outcome.ms)})`;
  }
};

const listingWords = (outcome: Outcome): string =>
  outcome.kind === 'answered'
    ? `its tools are there ${seconds(outcome.ms)} later`
    : `its tools **do not come** (looked for ${seconds(outcome.ms)})`;

const isGood = (outcome: Outcome): boolean => outcome.kind === 'answered' && !isUnknown(outcome);

const manyWords = (outcomes: readonly Outcome[]): string => {
  const lost = outcomes.filter((outcome) => !isGood(outcome)).length;
  const slowest = Math.max(...outcomes.map(({ ms }) => ms));
  return lost === 0
    ? `all ${outcomes.length} work, the slowest ${seconds(slowest)}`
    : `**${lost} of ${outcomes.length} lost**`;
};

const summary = (outcomes: readonly Outcome[], { isListing }: Scene): string => {
  if (isListing) return outcomes.map(listingWords).join();
  return outcomes.length > 2 ? manyWords(outcomes) : outcomes.map(wordsOf).join('; next call ');
};

const cellOf = ({ outcomes, executed }: Findings, scene: Scene): string => {
  const words = summary(outcomes, scene);
  const { isWrite = false } = scene;
  const doubled = isWrite && executed > outcomes.filter(({ kind }) => kind !== 'failed').length;
  return doubled ? `${words}, but **ran ${executed} times**` : words;
};

const play = async (stage: AgentStage, via: Via, scene: Scene, index: number): Promise<string> => {
  const name = `${via === 'direct' ? 'd' : 'l'}${index}`;
  const isLate = scene === lateScene;
  try {
    const cast = await stage.cast(via, name, scene.options, isLate);
    await (isLate ? cast.look() : cast.start());
    const findings = await scene.play(cast);
    console.log(`${scene.name}, ${via}: ${JSON.stringify(findings)}`);
    return cellOf(findings, scene);
  } catch (error) {
    console.log(`${scene.name}, ${via}: ${String(error)}`);
    return 'could not be played';
  }
};

const afterReload = async (stage: AgentStage): Promise<readonly string[]> => {
  const casts = [await stage.cast('direct', 'dr'), await stage.cast('lifeline', 'lr')];
  for (const cast of casts) await cast.start();
  await stage.window.reload();
  return Promise.all(
    casts.map(async (cast) => {
      // As the editor does it before an agent's turn.
      await cast.start();
      return wordsOf(await cast.call('append', { text: 'after the reload' }, 60_000));
    }),
  );
};

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const compare = async (stage: AgentStage, chosen: readonly Scene[]): Promise<readonly string[]> => {
  // The editor asks once whether tools may run without asking; what is measured comes after that.
  const warm = await stage.cast('direct', 'warm');
  await warm.start();
  await warm.call('append', { text: 'may it?' }, 60_000);
  const rows: string[] = [];
  for (const [index, scene] of chosen.entries()) {
    // Both at once: whatever else the machine does, it does to both.
    const cells = await Promise.all([
      play(stage, 'direct', scene, index),
      play(stage, 'lifeline', scene, index),
    ]);
    rows.push(row([scene.name, ...cells]));
  }
  rows.push(row(['call right after a window reload', ...(await afterReload(stage))]));
  return rows;
};

const main = async (words: readonly string[]): Promise<void> => {
  provideEditor();
  console.log((await mustRun('build', [])).trim());
  const all: readonly Scene[] = [...Object.values(scenes), lateScene];
  const chosen = all.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  const stage = await AgentStage.open();
  try {
    const rows = await compare(stage, chosen);
    const head = [
      row(['what happens', 'VS Code alone', 'through MCP Lifeline']),
      row(Array(3).fill('---')),
    ];
    const table = [...head, ...rows].join('\n');
    mkdirSync(join(repository, 'out'), { recursive: true });
    writeFileSync(join(repository, 'out', 'comparison.md'), `${table}\n`);
    console.log(`\n${table}\n\nAlso in out/comparison.md.`);
  } finally {
    await stage.close();
  }
};

await main(process.argv.slice(2));
