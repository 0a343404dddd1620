// What entries leave open, in the headless gateway: filled in from the environment. The file was named by whoever started the
// gateway, so that nothing in it needs leave. No decisions.
import { homedir } from 'node:os';
import { basename } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Signal } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import { headlessAnswers, withAdvice } from '../gateway/headlessAnswers.ts';
import type { KnownSecrets } from '../runtime/knownSecrets.ts';
import type { Log } from '../runtime/ports.ts';
import type { Resolver } from '../runtime/resolver.ts';
import { ServerResolver } from '../sources/resolveServer.ts';

export interface HeadlessValueParts {
  readonly settings: Signal<Settings>;
  readonly logs: { of(serverId: string): Log };
  readonly secrets: KnownSecrets;
  readonly clock: Clock;
  /** Where entries of the file are meant from. */
  readonly folder: string;
}

export const headlessResolver = (parts: HeadlessValueParts): Resolver => {
  const { settings, logs, secrets, clock, folder } = parts;
  const { env, execPath } = process;
  const logOf = (serverId: string): Log => logs.of(serverId);
  const resolver = new ServerResolver({
    environment: env,
    home: homedir(),
    execPath,
    folders: () => [{ path: folder, name: basename(folder) }],
    folder: () => folder,
    answers: headlessAnswers(env, () => settings.value.inputs),
    secrets,
    logOf,
    clock,
  });
  return withAdvice(resolver, logOf);
};
