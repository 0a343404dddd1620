// `npm run check`: what the code must satisfy before anything runs: types, lint, format, dead code, the house's laws.
import { prepare } from './prepare.mjs';

await prepare();
const { main } = await import('./everything.ts');
process.exit(await main(['--only', 'check,laws']));
