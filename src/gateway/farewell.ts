// What is left of us outside the editor when the extension is removed: the copy of the bridge, and the files by which gateways
// are found. Whoever runs now (a headless gateway of another installation) keeps its file.
// Not here: the entries in other products' files, which only their owner may change, by Give Back or by hand.
import { rmSync } from 'node:fs';
import { bridgeCopyPath } from './bridgeCopy.ts';
import { lifelineFolder, listGateways, type ProcessView } from './discovery.ts';
import { join } from 'node:path';

/** Removes it. Throws where a file cannot be removed. */
export const removeTraces = (processes: ProcessView, folder: string = lifelineFolder()): void => {
  const { found } = listGateways(join(folder, 'gateways'), processes);
  for (const { file, state } of found) if (state === 'ended') rmSync(file, { force: true });
  if (found.every(({ state }) => state === 'ended'))
    rmSync(bridgeCopyPath(folder), { force: true });
};
