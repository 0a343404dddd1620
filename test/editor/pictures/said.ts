// What the committed pictures say, as it was written down when they were taken.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export const saidFile = join(import.meta.dirname, 'said.json');

const saidShape = z.record(z.string(), z.array(z.string()));

/** The lines of each picture, by its name. */
export type Said = Readonly<Record<string, readonly string[]>>;

export const readSaid = (): Said => saidShape.parse(JSON.parse(readFileSync(saidFile, 'utf8')));
