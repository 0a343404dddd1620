// A notification that nobody asked for: none while the user wants none, and each offers to be the last. Free of `vscode`.
// Not here: what it says, and what its buttons do.
import type { EditorSettings } from './settings.ts';

export interface WarningPorts {
  readonly settings: Pick<EditorSettings, 'current' | 'muteNotifications'>;
  /** Resolves to the button that was pressed. */
  readonly show: (text: string, ...buttons: string[]) => PromiseLike<string | undefined>;
  /** The words of the button for no more of them. */
  readonly never: string;
}

/** Where to write it, so that it counts: a value of the workspace would win over the user's own. */
export const placesToMute = (
  inWorkspace: unknown,
  isTrusted: boolean,
): readonly ('user' | 'workspace')[] =>
  isTrusted && inWorkspace !== undefined && inWorkspace !== 'off'
    ? ['user', 'workspace']
    : ['user'];

/** Which of the buttons was pressed; undefined: none of them, or nothing was shown. */
export const warn = async (
  { settings, show, never }: WarningPorts,
  text: string,
  buttons: readonly string[],
): Promise<string | undefined> => {
  if (settings.current.value.notifications === 'off') return undefined;
  const pressed = await show(text, ...buttons, never);
  if (pressed !== never) return pressed;
  await settings.muteNotifications();
  return undefined;
};
