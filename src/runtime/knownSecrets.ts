// The values that must never appear in a text, whoever learnt them: settings, answers of a person, files of variables, tokens.
// One for a whole window, asked by everything that writes a text. Not here: taking them out (core/redact.ts).
import { redactor } from '../core/redact.ts';

export class KnownSecrets {
  readonly #byOwner = new Map<string, readonly string[]>();
  readonly #homes: readonly string[];
  #all: readonly string[] | null = null;
  #redact: ((text: string) => string) | null = null;

  /** `homes`: paths that name the user. */
  constructor(homes: readonly string[] = []) {
    this.#homes = homes;
  }

  /** `owner` names who learnt them; what it learnt before is forgotten, unless it is said again. */
  learn(owner: string, secrets: readonly string[]): void {
    this.#byOwner.set(owner, secrets);
    this.#all = null;
    this.#redact = null;
  }

  /** What is added stays known for good: an old token may stand in an answer that is on its way. */
  add(owner: string, secret: string): void {
    const known = this.#byOwner.get(owner) ?? [];
    if (known.includes(secret)) return;
    this.learn(owner, [...known.slice(-mostKept), secret]);
  }

  get values(): readonly string[] {
    this.#all ??= [...new Set([...this.#byOwner.values()].flat())].filter((text) => text !== '');
    return this.#all;
  }

  /** The text as anybody may read it. */
  readonly clean = (text: string): string => {
    this.#redact ??= redactor(this.values, this.#homes);
    return this.#redact(text);
  };
}

/** Of those that one owner adds: a server whose tokens last a minute is not to fill the memory. */
const mostKept = 200;
