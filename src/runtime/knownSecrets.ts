// The values that must never appear in a text, whoever learnt them: settings, answers of a person, files of variables, tokens.
// One for a whole window, asked by everything that writes a text. Not here: taking them out (core/redact.ts).

export class KnownSecrets {
  readonly #byOwner = new Map<string, readonly string[]>();
  #all: readonly string[] | null = null;

  /** `owner` names who learnt them; what it learnt before is forgotten, unless it is said again. */
  learn(owner: string, secrets: readonly string[]): void {
    this.#byOwner.set(owner, secrets);
    this.#all = null;
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
}

/** Of those that one owner adds: a server whose tokens last a minute is not to fill the memory. */
const mostKept = 200;
