// Bundles the extension (to CommonJS, because every editor loads that), the headless gateway, the stdio bridge and the port
// keeper, which run alone, the parts that are loaded when they are first needed, and the timeline's page. `--production` minifies and holds the size to its limit; `--watch` builds again on every change.
import { copyFileSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { build, context } from 'esbuild';

const production = process.argv.includes('--production');
const limit = 900_000;
/** Whose code goes into the bundles; the package names them all (test/run/notices.ts). */
const packages = new Set();
/** A page has less to say than what it is about. */
const limits = { 'dist/timeline.js': 100_000 };

/** The package that a file belongs to; undefined for our own. */
const ownerOf = (path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];

const weigh = (inputs) => {
  const weights = new Map();
  for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
    const owner = ownerOf(input) ?? 'src';
    weights.set(owner, (weights.get(owner) ?? 0) + bytesInOutput);
  }
  return [...weights].sort((a, b) => b[1] - a[1]);
};

/** Prints what each bundle weighs and what in it weighs most. */
const report = (metafile) => {
  for (const owner of Object.keys(metafile.inputs).map(ownerOf)) if (owner) packages.add(owner);
  for (const [path, output] of Object.entries(metafile.outputs)) {
    if (!/\.m?js$/.test(path)) continue;
    const heaviest = weigh(output.inputs).slice(0, 5);
    const kilo = (bytes) => `${Math.round(bytes / 1000)} kB`;
    const parts = heaviest.map(([owner, bytes]) => `${owner} ${kilo(bytes)}`).join(', ');
    const most = limits[path] ?? limit;
    console.log(`${path} ${kilo(output.bytes)} (limit when minified ${kilo(most)}): ${parts}`);
    if (production && output.bytes > most) throw new Error(`${path} is larger than its limit.`);
  }
};

/**
 * Parts that `await import()` loads when they are first needed: bundles of their own, so that start-up skips them. They are ES
 * modules, since those can share what several of them need.
 */
const lazyParts = ['mcp/sdk', 'mcp/auth/sdkAuth', 'host/schemaCheck', 'store/events/redisClient'];
const entry = (path) => ({ in: `src/${path}.ts`, out: path.split('/').at(-1) });
const loadLater = {
  name: 'load-later',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\/\w+\.ts$/ }, ({ kind, path }) => {
      const part = path.slice(2, -3);
      if (kind !== 'dynamic-import') return undefined;
      if (!lazyParts.some((lazy) => entry(lazy).out === part))
        throw new Error(`${path} is loaded later, but is not in lazyParts.`);
      return { path: `./${part}.mjs`, external: true };
    });
  },
};

const common = {
  outdir: 'dist',
  bundle: true,
  sourcemap: !production,
  minify: production,
  metafile: true,
};

const forNode = {
  ...common,
  entryPoints: ['extension', 'gateway', 'bridge', 'keeper', 'uninstall'].map(entry),
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  external: ['vscode'],
  // The main file of jsonc-parser asks for its parts in a way that no bundler can follow.
  mainFields: ['module', 'main'],
  plugins: [loadLater],
};

const forLater = {
  ...forNode,
  entryPoints: lazyParts.map(entry),
  format: 'esm',
  splitting: true,
  chunkNames: 'shared-[hash]',
  outExtension: { '.js': '.mjs' },
  // Packages that are CommonJS ask for Node's own modules in their way.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
};

/** What an earlier build shared may have had another name. */
const clearShared = () => {
  for (const name of readdirSync('dist', { withFileTypes: true }).map((file) => file.name))
    if (/\.mjs(?:\.map)?$/.test(name)) rmSync(`dist/${name}`);
};

/** The page of the timeline, which is drawn anew each time that its tab comes to the front. */
const forBrowser = {
  ...common,
  entryPoints: [entry('timeline'), { in: 'src/timeline/timeline.css', out: 'timeline' }],
  platform: 'browser',
  format: 'iife',
  target: 'es2023',
};

if (existsSync('dist')) clearShared();
for (const options of [forNode, forLater, forBrowser]) {
  if (process.argv.includes('--watch')) await (await context(options)).watch();
  else report((await build(options)).metafile);
}
// For the authors of other extensions; it imports nothing of ours.
copyFileSync('src/host/apiTypes.ts', 'dist/api.d.ts');
if (production)
  writeFileSync(
    'dist/packages.json',
    JSON.stringify([...packages].sort((one, other) => one.localeCompare(other))),
  );
