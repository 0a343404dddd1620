// What the editor loads as the tests of an extension: it drives Mocha over the suites that lie beside it (bundled by
// test/run/inHost.ts) and writes a result file at its very end. The launcher believes that file, because an extension
// host that dies is reported by the workbench as a success.
const { readdirSync, writeFileSync } = require('node:fs');
const { delimiter, join } = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { pathToFileURL } = require('node:url');

const testLimit = 30_000;

/** The editor swallows unhandled rejections, and so does Mocha when driven by hand; ours count as failures. */
const watchRejections = (roots) => {
  // A set, because Mocha emits the event again.
  const seen = new Set();
  const listener = (error) => {
    if (roots.some((root) => String(error?.stack).includes(root))) seen.add(error);
  };
  process.on('unhandledRejection', listener);
  return {
    end: () => {
      process.off('unhandledRejection', listener);
      return [...seen];
    },
  };
};

const runMocha = async (Mocha, tests) => {
  const mocha = new Mocha({ ui: 'bdd', color: false, timeout: testLimit, forbidOnly: true });
  const suites = readdirSync(__dirname).filter((name) => name.endsWith('.test.js'));
  for (const name of suites.sort()) mocha.addFile(join(__dirname, name));
  const note = (state) => (test, error) => {
    tests.push({ title: test.fullTitle(), state, error: error?.stack ?? error?.message ?? null });
    // Lines with this mark reach the launcher while the tests run.
    console.log(`[test] ${state} ${test.fullTitle()}`);
  };
  await new Promise((resolve) => {
    const runner = mocha.run(resolve);
    runner.on('pass', note('passed')).on('fail', note('failed')).on('pending', note('skipped'));
  });
};

exports.run = async () => {
  const { default: Mocha } = await import(pathToFileURL(process.env.MCP_LIFELINE_TEST_MOCHA).href);
  const tests = [];
  const rejections = watchRejections(process.env.MCP_LIFELINE_TEST_ROOTS.split(delimiter));
  await runMocha(Mocha, tests);
  // Rejections are reported after the promises that were made in the same turn.
  await delay(50);
  for (const error of rejections.end()) {
    tests.push({ title: 'an unhandled rejection', state: 'failed', error: error.stack });
  }
  writeFileSync(process.env.MCP_LIFELINE_TEST_RESULT, JSON.stringify({ finished: true, tests }));
  if (tests.some(({ state }) => state === 'failed')) throw new Error('Some tests failed.');
};
