// The keyboard on a lane. Not here: what each deed does.

export interface KeyDeeds {
  step(direction: 1 | -1): void;
  changeLane(direction: 1 | -1): void;
  outermost(direction: 1 | -1): void;
  zoom(direction: 'in' | 'out'): void;
  pan(direction: 1 | -1): void;
  followPresent(): void;
  dismiss(): void;
}

/** True where the key was ours. */
export const handleKey = (
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  deeds: KeyDeeds,
): boolean => {
  // Those belong to the editor.
  if (ctrlKey || metaKey || altKey) return false;
  const table: Readonly<Record<string, () => void>> = {
    ArrowRight: () => deeds.step(1),
    ArrowLeft: () => deeds.step(-1),
    ArrowDown: () => deeds.changeLane(1),
    ArrowUp: () => deeds.changeLane(-1),
    Home: () => deeds.outermost(-1),
    End: () => deeds.outermost(1),
    '+': () => deeds.zoom('in'),
    '=': () => deeds.zoom('in'),
    '-': () => deeds.zoom('out'),
    PageUp: () => deeds.pan(-1),
    PageDown: () => deeds.pan(1),
    '0': () => deeds.followPresent(),
    Escape: () => deeds.dismiss(),
  };
  const act = Object.hasOwn(table, key) ? table[key] : undefined;
  act?.();
  return act !== undefined;
};
