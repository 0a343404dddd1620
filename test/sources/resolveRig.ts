// A resolver with an environment, folders and answers of the test's own; what it learnt and logged can be read.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import { parseServers } from '../../src/core/parseServers.ts';
import type { Origin, ServerDefinition } from '../../src/core/settings.ts';
import { missingName } from '../../src/core/variables.ts';
import { KnownSecrets } from '../../src/runtime/knownSecrets.ts';
import type { Resolution } from '../../src/runtime/resolver.ts';
import { type Folder, ServerResolver } from '../../src/sources/resolveServer.ts';

export const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-resolve-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const anEntry = (
  entry: object,
  origin: Origin = { scope: 'user', folder: null },
): ServerDefinition => {
  const [server] = parseServers({ calc: { ...entry } }, '/health', origin);
  if (!server || server.kind === 'bad') throw new Error(server?.reason ?? 'No entry.');
  return server;
};

export class ResolveRig {
  readonly folder = aFolder();
  readonly environment: Record<string, string | undefined> = { PATH: process.env['PATH'] };
  readonly folders: Folder[] = [];
  /** By scope and name as it stands in an entry. */
  readonly answers = new Map<string, string>();
  readonly secrets = new KnownSecrets();
  readonly logged: string[] = [];
  readonly resolver: ServerResolver;

  /** Whether answers are told as secrets, as inputs with `password` are. */
  constructor(kind: 'secret' | 'open' = 'secret') {
    const say = (text: string): void => void this.logged.push(text);
    this.resolver = new ServerResolver({
      environment: this.environment,
      home: '/home/me',
      execPath: '/bin/editor',
      folders: () => this.folders,
      folder: () => this.folder,
      answers: {
        answer: (wanted, scope) => {
          const value = this.answers.get(`${scope} ${missingName(wanted)}`);
          return Promise.resolve(
            value === undefined ? undefined : { value, isSecret: kind === 'secret' },
          );
        },
      },
      secrets: this.secrets,
      logOf: () => ({ debug: say, info: say, warn: say, error: say }),
      clock: realClock,
    });
  }

  resolve(
    definition: ServerDefinition,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<Resolution> {
    return this.resolver.resolve(definition, signal);
  }

  /** The definition, or in one line why there is none. */
  async outcome(definition: ServerDefinition): Promise<ServerDefinition | string> {
    const resolution = await this.resolve(definition);
    if (resolution.kind === 'ready') return resolution.definition;
    return `${resolution.failure.kind}: ${resolution.failure.detail}`;
  }
}
