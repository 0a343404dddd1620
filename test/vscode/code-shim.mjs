#!/usr/bin/env node
// Stands in for the desktop `code` executable towards @vscode/test-electron, so that one test script serves both. It ends
// with the code that the workbench reports; an extension host that dies is reported as 0, so whoever calls this must
// look for the result that the tests write.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TestEditor } from './editor.ts';

const args = process.argv.slice(2);
const valuesOf = (name) =>
  args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));

const temporary = mkdtempSync(join(tmpdir(), 'ml-'));
const folder = args.find((arg) => !arg.startsWith('-')) ?? temporary;
const limit = Number(process.env.MCP_LIFELINE_TEST_LIMIT ?? 300_000);
// A window in a browser takes one extension under development; what else is named is installed.
const [developed, ...installed] = valuesOf('extensionDevelopmentPath');
const editor = await TestEditor.start({
  dataDir: temporary,
  developmentMode: true,
  extensions: installed,
});
try {
  const window = await editor.openWindow({
    folder: resolve(folder),
    developmentPaths: developed === undefined ? [] : [developed],
    testsPath: valuesOf('extensionTestsPath')[0],
  });
  const timer = setTimeout(() => window.endTests(124, `[test] not done after ${limit} ms`), limit);
  const { code, output } = await window.testsEnded;
  clearTimeout(timer);
  for (const line of output) if (line.startsWith('[test]')) console.log(line);
  process.exitCode = code;
} finally {
  await editor.stop();
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
}
