// `npm run package`: the file that users install.
import { prepare } from './prepare.mjs';

await prepare();
const { main } = await import('./vsix.ts');
process.exit(await main(process.argv.slice(2)));
