// The course of a wizard: one question after the other, each with a way back, and a last step that may be tried again with the same
// answers. Free of `vscode`. Not here: how a question looks (quickInput.ts) and what is asked.

/** What came of a question. `skipped`: there was nothing to ask this time. */
export type Came = 'next' | 'back' | 'cancelled' | 'skipped';

/** Asks its question, perhaps once more, with what was answered before; keeps the answer for itself. */
export type Step = (canGoBack: boolean) => Promise<Came>;

/** `hasBefore`: going back from the first question leads out of the series. */
export const askSeries = async (
  steps: readonly Step[],
  hasBefore = false,
): Promise<'done' | 'back' | 'cancelled'> => {
  const asked: number[] = [];
  let at = 0;
  for (let step = steps[at]; step; step = steps[at]) {
    const came = await step(hasBefore || asked.length > 0);
    switch (came) {
      case 'cancelled':
        return 'cancelled';
      case 'back': {
        const last = asked.pop();
        if (last === undefined) return 'back';
        at = last;
        break;
      }
      case 'next':
        asked.push(at);
        at += 1;
        break;
      case 'skipped':
        at += 1;
        break;
    }
  }
  return 'done';
};

/** Does the last step, and again as long as it fails and somebody wants that; false: it was given up. `act`: null, or why not. */
export const insist = async (
  act: () => Promise<string | null> | string | null,
  wantsAgain: (why: string) => PromiseLike<boolean>,
): Promise<boolean> => {
  for (;;) {
    const why = await act();
    if (why === null) return true;
    if (!(await wantsAgain(why))) return false;
  }
};
