// How one run of the restartable server is to behave, read from its environment.

/** What it answers to a session id that it does not know; the wordings are those of real servers. */
export const staleAnswers = [
  '404-32000',
  '404-32001',
  '404-text',
  '400-32000',
  '503',
  '200-error',
  'accept',
] as const;
export type StaleAnswer = (typeof staleAnswers)[number];

export interface Environment {
  readonly port: number;
  readonly stale: StaleAnswer;
  readonly health: boolean;
  readonly events: boolean;
  /** Calls are answered with JSON and not with a stream. */
  readonly jsonAnswers: boolean;
  /** Where events survive a restart; null: in memory only. */
  readonly eventFile: string | null;
  /** Where sessions survive a restart; null: they are forgotten. */
  readonly sessionFile: string | null;
  readonly ledgerFile: string | null;
  /** Where tasks survive a restart; null: in memory only. */
  readonly taskFile: string | null;
  /** Where jobs survive a restart; null: they end with the process. */
  readonly jobFile: string | null;
  /** Where it learns how it will die (doom.ts). */
  readonly doomFile: string | undefined;
  /** Names of tools besides the built-in ones. */
  readonly extraTools: readonly string[];
  readonly startDelay: number;
  readonly version: string;
  /** How it calls itself; an editor names its tools after that. */
  readonly name: string;
}

const switchOf = (value: string | undefined, fallback: boolean): boolean =>
  value === undefined ? fallback : value === 'on';

const textOf = (value: string | undefined): string | null => value ?? null;

const isStaleAnswer = (value: string): value is StaleAnswer =>
  staleAnswers.some((answer) => answer === value);

export const readEnvironment = (env: NodeJS.ProcessEnv): Environment => {
  const stale = env['STALE'] ?? '404-32001';
  if (!isStaleAnswer(stale)) throw new Error(`STALE must be one of ${staleAnswers.join(', ')}`);
  return {
    port: Number(env['PORT'] ?? 0),
    stale,
    health: switchOf(env['HEALTH'], true),
    events: switchOf(env['EVENTS'], false),
    jsonAnswers: switchOf(env['JSON_ANSWERS'], false),
    eventFile: env['EVENT_FILE'] ?? null,
    sessionFile: env['SESSION_FILE'] ?? null,
    ledgerFile: textOf(env['LEDGER']),
    taskFile: textOf(env['TASK_FILE']),
    jobFile: textOf(env['JOB_FILE']),
    doomFile: env['DOOM_FILE'],
    extraTools: (env['TOOLS'] ?? '').split(',').filter((name) => name !== ''),
    startDelay: Number(env['START_DELAY'] ?? 0),
    version: env['VERSION'] ?? '1.0.0',
    name: env['NAME'] ?? 'restartable',
  };
};
