// What is done to the window in several scenes: its size, which views are open in it, where pointer and keyboard are.
// Not here: what is played (scenes.ts).
import type { Screen } from '../screen.ts';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Brings the pointer to where nothing is under it. */
export const lookAway = async (screen: Screen): Promise<void> => {
  const { page } = screen.window;
  const { width } = page.viewportSize() ?? { width: 1280 };
  await page.mouse.move(width - 40, 120);
};

/** A small window holds what matters and little else. */
export const frame = (screen: Screen, size: Size): Promise<void> =>
  screen.window.page.setViewportSize(size);

/** Makes the side bar wide enough that no row is cut. */
export const widen = async (screen: Screen, width: number): Promise<void> => {
  const { page } = screen.window;
  const box = await page.locator('.part.sidebar').boundingBox();
  if (box === null) throw new Error('There is no side bar.');
  await page.mouse.move(box.x + box.width, 200);
  await page.mouse.down();
  await page.mouse.move(box.x + width, 200, { steps: 8 });
  await page.mouse.up();
};

/** Folds a view of ours, or unfolds it. */
export const fold = (screen: Screen, view: string): Promise<void> =>
  screen.window.page.locator('.part.sidebar .pane-header', { hasText: view }).click();

/** Gives the keyboard to the editor, so that no view has a frame around it. */
export const leaveViews = async (screen: Screen): Promise<void> => {
  const box = await screen.window.page.locator('.part.editor').boundingBox();
  if (box === null) throw new Error('There is no editor.');
  await screen.window.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
};

/** *Call Tool…* up to the moment in which Enter calls it. */
export const fillForm = async (
  screen: Screen,
  { tool, values }: { readonly tool: string; readonly values: Readonly<Record<string, string>> },
): Promise<void> => {
  await screen.chooseLabel(/^Call a tool of /, tool);
  for (const [name, value] of Object.entries(values))
    await screen.answer(`${tool}: ${name}`, value);
  await screen.asks(new RegExp(`^${tool}$`));
};
