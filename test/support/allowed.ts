// Leave for servers that stand in the settings of a test's workspace, given in advance as a person would give it: in the editor's
// own storage for the extension. The way a person gives it is tested in test/editor/approval.test.ts.
import { join } from 'node:path';
import { realClock } from '../../src/base/clock.ts';
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

/** `servers`: entries as they stand in the settings of the one folder that is open. */
export const allowInAdvance = (
  { dataDir, workspace }: Opened,
  servers: Readonly<Record<string, unknown>>,
): void => {
  const book = new ApprovalBook({
    path: join(globalStorageOf(dataDir), approvalFile),
    context: () => ({ inputs: [], workspaceInputs: [], workspace }),
    clock: realClock,
    log: { warn: (text) => console.log(text) },
  });
  const definitions = parseServers({ ...servers }, settingTable['health.path'].default, {
    scope: 'workspace',
    folder: workspace,
  });
  book.allow(definitions.filter((server) => server.kind !== 'bad'));
  book.dispose();
};
