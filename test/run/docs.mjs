// `npm run docs`: writes those parts of the README that follow from the code.
import { prepare } from './prepare.mjs';

await prepare();
const { main } = await import('./promiseTable.ts');
process.exit(main());
