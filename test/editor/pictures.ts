// `npm run pictures`: takes the pictures of the README from the real editor, into media/, and writes down what they say, by which
// pictures.test.ts notices when they are no longer true. Not here: judging them; a person looks at each before it is committed.
import { writeFileSync } from 'node:fs';
import { mustRun } from '../run/command.ts';
import { provideEditor } from '../run/desktop.ts';
import { Camera } from './pictures/camera.ts';
import { saidFile } from './pictures/said.ts';
import { play } from './pictures/scenes.ts';
import { Studio } from './pictures/studio.ts';

provideEditor();
console.log((await mustRun('build', [])).trim());
const studio = await Studio.open();
try {
  const camera = new Camera(studio.screen);
  await play({ studio, onlooker: camera });
  await camera.develop('outage');
  writeFileSync(saidFile, `${JSON.stringify(camera.said, null, 2)}\n`);
} finally {
  await studio.close();
}
