// What an entry means at this moment: its variables filled in, its file of variables read, its helper asked for headers. Every
// value that may be a credential is made known, so that no text shows it. Not here: whether the entry may be used at all
// (runtime/approvalGate.ts), how values are asked for (host), and what a variable is (core/template.ts).
import { basename, isAbsolute, resolve as resolvePath, sep } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { filledFault } from '../core/checkServer.ts';
import { aFailure, type FailureKind, wordedFailure } from '../core/connection/failure.ts';
import { fillServer, serverVariables } from '../core/fillServer.ts';
import { fingerprintOf } from '../core/record.ts';
import { isSecretValue, secretsOfServer } from '../core/serverSecrets.ts';
import type { HttpServer, Origin, ServerDefinition, StdioServer } from '../core/settings.ts';
import { type Missing, missingName, type VariableValues } from '../core/variables.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import type { InputAnswers, Wanted } from '../runtime/inputAnswers.ts';
import type { KnownSecrets } from '../runtime/knownSecrets.ts';
import type { Log } from '../runtime/ports.ts';
import type { Resolution, Resolver } from '../runtime/resolver.ts';
import { readEnvFile } from './envFile.ts';
import { askHelper, type HelperHeaders, withHeaders } from './headersHelper.ts';
import { Joined } from './joined.ts';

export interface Folder {
  readonly path: string;
  readonly name: string;
}

export interface ServerResolverDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly execPath: string;
  /** Those that are open, the first one first. */
  readonly folders: () => readonly Folder[];
  /** Where programs start, and relative paths are meant from, in an entry that belongs to no folder. */
  readonly folder: () => string;
  readonly answers: InputAnswers;
  readonly secrets: Pick<KnownSecrets, 'add'>;
  readonly logOf: (serverId: string) => Log;
  readonly clock: Clock;
}

const refused = (kind: FailureKind, words: Unsaid): Resolution => ({
  kind: 'refused',
  failure: wordedFailure(kind, words),
});

/** Words that switch something; taken out of every text they would only riddle it. */
const isPlainWord = (text: string): boolean => /^(true|false|null|none|yes|no)$/i.test(text);

export class ServerResolver implements Resolver {
  readonly #deps: ServerResolverDeps;
  readonly #helpers = new Joined<HelperHeaders>();

  constructor(deps: ServerResolverDeps) {
    this.#deps = deps;
  }

  async resolve(definition: ServerDefinition, signal: AbortSignal): Promise<Resolution> {
    try {
      return await this.#resolve(definition, signal);
    } catch (error) {
      if (signal.aborted) return refused('cancelled', unsaid('Given up by us.'));
      const reason = error instanceof Error ? error.message : String(error);
      return refused('bad-config', unsaid('The entry cannot be filled in: {0}', reason));
    }
  }

  /** What is still to be given before the entry can be used. */
  async missing(definition: ServerDefinition): Promise<readonly Missing[]> {
    return fillServer(definition, await this.#valuesFor(definition)).missing;
  }

  /** With its variables filled in and nothing else: no helper is asked. Null where it cannot be used so. */
  async filled(definition: ServerDefinition): Promise<ServerDefinition | null> {
    const filled = fillServer(definition, await this.#valuesFor(definition));
    const isGood = filled.missing.length === 0 && filledFault(filled.definition) === null;
    if (isGood) this.#learn(definition.name, secretsOfServer(filled.definition));
    return isGood ? filled.definition : null;
  }

  async #resolve(definition: ServerDefinition, signal: AbortSignal): Promise<Resolution> {
    const values = await this.#valuesFor(definition);
    const filled = fillServer(definition, values);
    if (filled.missing.length > 0)
      return {
        kind: 'refused',
        // Names only, as they stand in the entry.
        failure: aFailure('needs-input', filled.missing.map(missingName).join(', ')),
      };
    const isFilled = filled.definition !== definition;
    const fault = isFilled ? filledFault(filled.definition) : null;
    if (fault !== null) return refused('bad-config', fault);
    if (isFilled) this.#learn(definition.name, secretsOfServer(filled.definition));
    return filled.definition.kind === 'http'
      ? this.#http(filled.definition, signal)
      : this.#stdio(filled.definition);
  }

  async #http(server: HttpServer, signal: AbortSignal): Promise<Resolution> {
    const { headersHelper: line } = server;
    if (line === null || line.trim() === '') return { kind: 'ready', definition: server };
    const found = await this.#helpers.run(
      JSON.stringify([server.name, server.url, line]),
      (until) => this.#ask(server, line, until),
      signal,
    );
    if (found.kind === 'failed')
      return refused(
        'helper-failed',
        unsaid("The command of 'headersHelper' failed. {0}", found.reason),
      );
    const definition = withHeaders(server, found.headers);
    const fault = filledFault(definition);
    if (fault !== null) return refused('helper-failed', fault);
    this.#learn(server.name, secretsOfServer(definition));
    // Headers of a helper are new each time, and none of them tells another session.
    return { kind: 'ready', definition, meaning: fingerprintOf(server) };
  }

  #ask(server: HttpServer, line: string, signal: AbortSignal): Promise<HelperHeaders> {
    const { environment: env, clock, logOf } = this.#deps;
    const cwd = this.#baseOf(server.origin);
    return askHelper(server, line, { cwd, env, clock, log: logOf(server.name) }, signal);
  }

  async #stdio(server: StdioServer): Promise<Resolution> {
    const { origin, cwd, envFile } = server;
    const home =
      origin.folder === null ? server : { ...server, cwd: this.#path(origin, cwd ?? '.') };
    if (envFile === null) return { kind: 'ready', definition: home };
    const read = await readEnvFile(this.#path(origin, envFile));
    if (read.kind === 'unusable') return refused('bad-config', read.reason);
    this.#learn(server.name, Object.values(read.variables));
    const env = { ...read.variables, ...server.env };
    return { kind: 'ready', definition: { ...home, env, envFile: null } };
  }

  #learn(server: string, values: readonly string[]): void {
    for (const value of values)
      if (!isPlainWord(value)) this.#deps.secrets.add(`values of ${server}`, value);
  }

  #baseOf({ folder }: Origin): string {
    return folder ?? this.#deps.folder();
  }

  #path(origin: Origin, path: string): string {
    return isAbsolute(path) ? path : resolvePath(this.#baseOf(origin), path);
  }

  /** Everything that the entry may want, looked up before it is filled in. */
  async #valuesFor(definition: ServerDefinition): Promise<VariableValues> {
    const { environment, home, execPath } = this.#deps;
    const given = await this.#answersFor(definition);
    const learnt = (name: string, value: string | undefined): string | undefined => {
      const isSecret = value !== undefined && value !== home && isSecretValue(name, value);
      if (isSecret) this.#learn(definition.name, [value]);
      return value;
    };
    return {
      env: (name) =>
        learnt(name, own(environment, name) ?? given.get(missingName({ kind: 'env', name }))),
      input: (id) => learnt('', given.get(missingName({ kind: 'input', id }))),
      folder: (name) => this.#folder(definition.origin, name),
      places: {
        userHome: home,
        pathSeparator: sep,
        cwd: this.#baseOf(definition.origin),
        execPath,
      },
    };
  }

  async #answersFor(definition: ServerDefinition): Promise<ReadonlyMap<string, string>> {
    const { answers, environment } = this.#deps;
    const { name: server, origin } = definition;
    const wanted = new Map<string, Wanted>();
    for (const variable of serverVariables(definition)) {
      if (variable.kind === 'input') wanted.set(missingName(variable), variable);
      if (variable.kind === 'env' && own(environment, variable.name) === undefined)
        wanted.set(missingName(variable), { kind: 'env', name: variable.name });
    }
    const found = await Promise.all(
      [...wanted].map(
        async ([key, one]) => [key, await answers.answer(one, origin.scope)] as const,
      ),
    );
    const given = new Map<string, string>();
    for (const [key, answer] of found) {
      if (answer?.isSecret === true) this.#learn(server, [answer.value]);
      if (answer) given.set(key, answer.value);
    }
    return given;
  }

  #folder(origin: Origin, name: string | null): ReturnType<VariableValues['folder']> {
    const folders = this.#deps.folders();
    const path =
      name === null
        ? (origin.folder ?? folders[0]?.path)
        : folders.find((folder) => folder.name === name)?.path;
    return path === undefined ? undefined : { path, basename: basename(path) };
  }
}

/** Windows does not mind the case of a name. */
const own = (environment: ServerResolverDeps['environment'], name: string): string | undefined => {
  if (Object.hasOwn(environment, name)) return environment[name];
  if (process.platform !== 'win32') return undefined;
  const key = Object.keys(environment).find((one) => one.toUpperCase() === name.toUpperCase());
  return key === undefined ? undefined : environment[key];
};
