// The browser that shows the test editor: where it is, how it is started, and how it gets onto a Debian machine.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
];
const fontFolder = '/usr/share/fonts';
const debianPackages = ['chromium', 'fonts-dejavu-core'];

const chromiumPath = (): string | undefined =>
  [process.env['CHROMIUM_PATH'], ...usualPlaces].find(
    (path) => path !== undefined && existsSync(path),
  );

const isMissing = (): boolean => chromiumPath() === undefined || !existsSync(fontFolder);

const aptGet = (args: readonly string[]): void => {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const result = spawnSync('apt-get', args, { encoding: 'utf8', env });
  if (result.status === 0) return;
  throw new Error(`apt-get ${args.join(' ')} failed.\n${result.stdout}\n${result.stderr}`);
};

/** Makes sure that there is a browser; throws with what to do when there can be none. */
export const provideChromium = (say: (line: string) => void): void => {
  if (!isMissing()) return;
  const names = debianPackages.join(' ');
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
    throw new Error(
      `The tests in an editor need Chromium and a font: on Debian, "apt-get install ${names}"; ` +
        'elsewhere, name the browser in CHROMIUM_PATH.',
    );
  }
  say(`Installing ${names}…`);
  aptGet(['update']);
  aptGet(['install', '-y', '--no-install-recommends', ...debianPackages]);
};

// Tests run as root and without internet: no sandbox, and none of Chromium's own calls home.
const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Answers every name but loopback at once with "no such host": gallery look-ups and the like.
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.* , EXCLUDE localhost',
];

/** A browser whose profile lies in `dataDir`: workspaceState and secrets live there, under the page's origin. */
export const launchChromium = async (dataDir: string, origin: string): Promise<BrowserContext> => {
  const executablePath = chromiumPath();
  if (executablePath === undefined) throw new Error('No Chromium was found; set CHROMIUM_PATH.');
  const profile = join(dataDir, 'browser');
  mkdirSync(profile, { recursive: true });
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: chromiumArguments,
    viewport: { width: 1280, height: 800 },
  });
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin });
  return context;
};
