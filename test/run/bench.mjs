// `npm run bench`: all measurements.
import { prepare } from './prepare.mjs';

await prepare();
const { main } = await import('./benchTable.ts');
process.exit(await main(process.argv.slice(2)));
