// Leave for servers that stand in the settings of a test's workspace, given in advance as a person would give it: in the editor's
// own storage for the extension. The way a person gives it is tested in test/editor/approval.test.ts.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { realClock } from '../../src/base/clock.ts';
import { Source } from '../../src/base/signal.ts';
import { parseServers } from '../../src/core/parseServers.ts';
import { settingTable } from '../../src/core/settingTable.ts';
import { ApprovalBook, approvalFile } from '../../src/host/approvals.ts';

export interface Opened {
  /** Data folder of the editor (EditorOptions). */
  readonly dataDir: string;
  readonly workspace: string;
}

/** Where the editor has the extension keep things for all workspaces. */
const globalStorageOf = (dataDir: string): string =>
  join(dataDir, 'user', 'User', 'globalStorage', 'mcp-lifeline.mcp-lifeline');

interface Leaves {
  readonly version: number;
  readonly allowed: readonly { readonly key: string }[];
}

const leavesIn = (path: string): Leaves =>
  existsSync(path)
    ? (JSON.parse(readFileSync(path, 'utf8')) as Leaves)
    : { version: 1, allowed: [] };

/** `servers`: entries as they stand in the settings of the one folder that is open. */
export const allowInAdvance = (
  { dataDir, workspace }: Opened,
  servers: Readonly<Record<string, unknown>>,
): void => {
  const path = join(globalStorageOf(dataDir), approvalFile);
  const draft = `${path}.test`;
  const book = new ApprovalBook({
    path: draft,
    context: () => ({ inputs: [], workspaceInputs: [], workspace }),
    needed: new Source(false),
    clock: realClock,
    log: { warn: (text) => console.log(text) },
  });
  const definitions = parseServers({ ...servers }, settingTable['health.path'].default, {
    scope: 'workspace',
    folder: workspace,
  });
  book.allow(definitions.filter((server) => server.kind !== 'bad'));
  book.dispose();
  // With those from before: the editor may look at the book a moment before it hears of the settings that the new ones are for.
  const before = leavesIn(path);
  const fresh = leavesIn(draft);
  const isOld = ({ key }: { readonly key: string }): boolean =>
    !fresh.allowed.some((leave) => leave.key === key);
  mkdirSync(dirname(path), { recursive: true });
  const allowed = [...before.allowed.filter(isOld), ...fresh.allowed];
  writeFileSync(draft, JSON.stringify({ version: 1, allowed }), { mode: 0o600 });
  renameSync(draft, path);
};
