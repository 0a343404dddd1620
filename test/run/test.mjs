// `npm test`: all suites.
import { prepare } from './prepare.mjs';

await prepare();
const { main } = await import('./everything.ts');
process.exit(await main(process.argv.slice(2)));
