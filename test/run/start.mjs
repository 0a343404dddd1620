// `npm start`: a real editor on a demo workspace whose server dies again and again.
import { prepare } from './prepare.mjs';

await prepare();
const { main } = await import('./demo.ts');
process.exit(await main(process.argv.slice(2)));
