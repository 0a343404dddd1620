// `npm run test:unit`: the tests that may be run on every save.
import { prepare } from './prepare.mjs';

await prepare();
const { main } = await import('./everything.ts');
process.exit(await main(['--only', 'unit']));
