// Those who call while a server is killed again and again: six who hardly rest, and now and then a crowd that calls while
// nobody is there. Every call is written down with what its caller was told. Not here: what to think of it (ledger.ts).
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { isUp } from '../../src/core/connection/state.ts';
import type { Called, FleetRig } from '../support/fleetRig.ts';
import { type Chance, chanceOf } from './chance.ts';
import type { Asked, Made } from './ledger.ts';

const callers = 6;
/** Who has not heard after this long makes the next call all the same: calls that wait must not make the storm calm. */
const restless = 400;
/** So many calls without an answer are enough. */
const mostOpen = 60;

export type Wanted = Asked & { readonly answer: string };

export interface CallersDeps {
  readonly rig: FleetRig;
  readonly chance: Chance;
  readonly wants: (number: number, chance: Chance) => Wanted;
  /** Far beyond every deadline: a caller that waits this long, in milliseconds, was forgotten. */
  readonly patience: number;
}

const toldOf = ({ text, isError, outcome }: Called, answer: string): Made['told'] => {
  if (outcome !== null) return outcome;
  if (isError) return 'rejected';
  return text === answer ? 'ok' : 'wrong';
};

export class Callers {
  readonly made: Made[] = [];
  /** Calls that were held together, in their order. */
  readonly groups: Asked[][] = [];
  readonly #deps: CallersDeps;
  readonly #open = new Set<Promise<void>>();
  readonly #mouths: readonly Promise<void>[];
  begun = 0;
  answered = 0;
  #isOver = false;

  constructor(deps: CallersDeps) {
    this.#deps = deps;
    // Each has a chance of its own, or their order in time would change each other's numbers.
    const chances = Array.from({ length: callers }, () => chanceOf(deps.chance.below(2 ** 32)));
    this.#mouths = chances.map((chance) => this.#callOn(chance));
  }

  /** Makes no further call; resolves when every caller has heard what became of its last one. */
  async hush(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#mouths);
    await Promise.all(this.#open);
  }

  /** Several calls at once, one after the other, while the server is away. */
  async crowd(size: number): Promise<void> {
    const { rig } = this.#deps;
    const isAway = (): boolean => !isUp(rig.server().life.value.state);
    if (!isAway()) return;
    const group: Asked[] = [];
    for (let made = 0; made < size; made += 1) {
      const number = this.begun;
      const wanted = { tool: 'append', args: { text: `call ${number}` }, mayRepeat: false };
      group.push(wanted);
      void this.#ask({ ...wanted, answer: `appended call ${number}` });
    }
    // Through the client's own turns.
    await turn();
    // Otherwise some may have been sent at once, side by side, and then there is no order to keep.
    if (isAway()) this.groups.push(group);
  }

  async #callOn(chance: Chance): Promise<void> {
    while (!this.#isOver) {
      const asked = this.#ask(this.#deps.wants(this.begun, chance));
      const heard = new AbortController();
      const bored = delay(restless, undefined, { signal: heard.signal }).catch(() => undefined);
      await (this.#open.size > mostOpen ? asked : Promise.race([asked, bored]));
      heard.abort();
      await delay(chance.below(20));
    }
  }

  #ask({ answer, ...asked }: Wanted): Promise<void> {
    this.begun += 1;
    const hearing = this.#hear(asked, answer).finally(() => this.#open.delete(hearing));
    this.#open.add(hearing);
    return hearing;
  }

  async #hear({ tool, args, mayRepeat }: Asked, answer: string): Promise<void> {
    const { rig, patience } = this.#deps;
    const from = performance.now();
    const heard = new AbortController();
    // Who wants progress keeps a stream open on which it comes.
    const called = rig.call(tool, args, { onProgress: () => undefined }).then(
      (result) => ({ told: toldOf(result, answer), words: result.text }),
      (error: unknown) => ({ told: 'rejected' as const, words: String(error) }),
    );
    const nothing = { told: 'hung', words: 'no answer' } as const;
    const hung = delay(patience, nothing, { signal: heard.signal }).catch(() => nothing);
    const said = await Promise.race([called, hung]);
    heard.abort();
    if (said.told === 'ok') this.answered += 1;
    this.made.push({ tool, args, mayRepeat, ...said, waited: performance.now() - from });
  }
}
