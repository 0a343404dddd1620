// Leave for the workspace's entries, put together for one window: the book of what is allowed, the settings whose writing gives
// leave, and the question that stands before each attempt. Not here: any of the parts.
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { Store } from '../base/disposable.ts';
import { derive } from '../base/signal.ts';
import { needsApproval } from '../core/approval.ts';
import type { Gatekeeper } from '../runtime/approvalGate.ts';
import { type ApprovalWatchParts, watchApprovals } from '../runtime/approvalWatch.ts';
import type { Log } from '../runtime/ports.ts';
import { allowOwnActs, isAllowedNow } from './allowOwnActs.ts';
import { ApprovalBook, approvalFile, type Approvals } from './approvals.ts';
import type { EditorSettings } from './settings.ts';

export interface Leave {
  readonly approvals: Approvals;
  /** The same settings; what the user writes by our commands is allowed by it. */
  readonly settings: EditorSettings;
  readonly keeper: Gatekeeper;
  /** Has a change of leave count at once for these servers. */
  follow(fleet: ApprovalWatchParts['fleet'], followed: ApprovalWatchParts['settings']): void;
}

export interface LeaveParts {
  readonly settings: EditorSettings;
  /** Where the editor lets this extension keep things for all workspaces. */
  readonly globalStorage: string;
  readonly clock: Clock;
  readonly log: Log;
}

export const createLeave = (parts: LeaveParts, owner: Store): Leave => {
  const { clock, log, globalStorage } = parts;
  const { approvalContext: context, current } = parts.settings;
  const asksForLeave = (): boolean =>
    current.value.servers.some(
      (server) => server.kind !== 'bad' && needsApproval(server, context()),
    );
  const approvals = owner.add(
    new ApprovalBook({
      path: join(globalStorage, approvalFile),
      context,
      needed: derive(asksForLeave, [current], owner),
      clock,
      log,
    }),
  );
  const isAllowed = isAllowedNow(parts.settings, approvals);
  return {
    approvals,
    settings: allowOwnActs(parts.settings, approvals),
    keeper: { isAllowed, isTrusted: () => vscode.workspace.isTrusted },
    follow: (fleet, settings) => {
      const onChange: ApprovalWatchParts['onChange'] = (listener) => {
        const ears = new Store();
        ears.add(approvals.onChange(listener));
        ears.add(vscode.workspace.onDidGrantWorkspaceTrust(listener));
        return ears;
      };
      owner.add(watchApprovals({ fleet, isAllowed, onChange, settings }));
    },
  };
};
