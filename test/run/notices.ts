// The licences of what is bundled, as their authors ask: one file in the package with the text of each. Written from what the
// production build says that it took in.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { repository } from '../vscode/places.ts';

const dist = join(repository, 'dist');
const manifestShape = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string().optional(),
});

/** A licence that ours cannot be mixed with is somebody's decision and not a build's. */
const known = /^(?:MIT|ISC|BSD-[23]-Clause|Apache-2\.0|0BSD|BlueOak-1\.0\.0)$/;

const licenceText = (folder: string): string => {
  const name = readdirSync(folder).find((file) => /^licen[cs]e(?:\.\w+)?$/i.test(file));
  return name === undefined ? '' : readFileSync(join(folder, name), 'utf8').trim();
};

const noticeOf = (owner: string): string => {
  const folder = join(repository, 'node_modules', owner);
  const manifest = manifestShape.parse(
    JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')),
  );
  const licence = manifest.license ?? 'unknown';
  if (!known.test(licence))
    throw new Error(`${owner} is under "${licence}", which nobody has looked at.`);
  const text = licenceText(folder) || `Licensed under ${licence}.`;
  return `${manifest.name} ${manifest.version} (${licence})\n\n${text}\n`;
};

/** Throws where the licence of a bundled package is unknown to us. */
export const writeNotices = (): void => {
  const list = join(dist, 'packages.json');
  if (!existsSync(list)) throw new Error('There is no production build.');
  const owners = z
    .array(z.string())
    .min(1)
    .parse(JSON.parse(readFileSync(list, 'utf8')));
  const line = `${'-'.repeat(80)}\n\n`;
  const head = 'MCP Lifeline contains code of the following packages.\n\n';
  writeFileSync(
    join(dist, 'ThirdPartyNotices.txt'),
    head + owners.map((owner) => line + noticeOf(owner)).join('\n'),
  );
};
