// Text of notifications, in which the editor takes `[words](command:…)` for a link that runs a command: ours lead to the log, and text
// from outside leads nowhere. Free of `vscode`.
import type { CommandId } from './commandIds.ts';

/** Text from outside, with no link in it. */
export const asNotice = (text: string): string => text.replaceAll('](', '] (');

const command: CommandId = 'mcpLifeline.showLog';

/** Where a link leads that shows the log of this server. */
export const logTarget = (serverId: string): string =>
  // A closing bracket would end the link.
  `command:${command}?${encodeURIComponent(JSON.stringify([serverId])).replaceAll(')', '%29')}`;
