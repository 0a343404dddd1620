// For any interleaving of what two or three programs and their server do on one connection: every answer reaches the right
// program under its own id exactly once, and nothing of one reaches another.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isObject, isRequest, type JsonObject, type RpcId } from '../../src/core/rpc.ts';
import { ownerOf } from '../../src/runtime/sharedIds.ts';
import { type Program, SharedRig } from '../support/sharedRig.ts';

const names = ['ann', 'ben', 'cyd'] as const;

type Deed =
  | { readonly do: 'call' | 'call-quickly'; readonly who: number; readonly id: number }
  | { readonly do: 'answer' | 'progress' | 'log' | 'ask'; readonly pick: number }
  | { readonly do: 'cancel' | 'away' | 'back' | 'leave'; readonly who: number }
  | { readonly do: 'reply' | 'ask-anybody' | 'tell-all'; readonly pick: number };

const who = fc.nat(2);
const pick = fc.nat(20);
const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('call' as const, 'call' as const, 'call-quickly' as const),
      who,
      id: fc.nat(3),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['answer', 'answer', 'progress', 'log', 'ask', 'reply'] as const),
        ...(['ask-anybody', 'tell-all'] as const),
      ),
      pick,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('cancel' as const, 'away' as const, 'back' as const, 'leave' as const),
      who,
    }),
  },
);

interface Asked {
  readonly upstream: RpcId;
  readonly owner: string;
  readonly id: RpcId;
  /** A text that only its owner may ever read. */
  readonly secret: string;
}

/** One program over all its comings and goings: what it heard belongs together. */
interface Person {
  readonly name: string;
  readonly selves: Program[];
  isHere: boolean;
}

class Play {
  readonly rig = new SharedRig();
  readonly people: readonly Person[];
  /** At the server, not answered yet. */
  open: Asked[] = [];
  /** Secrets that must have been heard, once. */
  readonly due: { readonly owner: string; readonly secret: string; readonly id: RpcId }[] = [];
  readonly questions = new Set<RpcId>();
  #isQuick = false;
  #count = 0;

  constructor() {
    this.rig.script = ({ method, params }) => {
      if (method === 'initialize') return { protocolVersion: '2025-11-25', capabilities: {} };
      return this.#isQuick ? { secret: params?.['secret'] } : undefined;
    };
    this.people = names.map((name) => ({ name, selves: [this.#join(name)], isHere: true }));
  }

  #join(name: string): Program {
    const program = this.rig.join(name);
    program.shared.greet({ capabilities: { elicitation: {} } });
    return program;
  }

  make(deed: Deed): void {
    switch (deed.do) {
      case 'call':
      case 'call-quickly':
        return this.#call(deed.who, deed.id, deed.do === 'call-quickly');
      case 'answer':
        return this.#answer(deed.pick);
      case 'progress':
      case 'log':
      case 'ask':
        return this.#speakOf(deed.do, this.open[deed.pick % Math.max(1, this.open.length)]);
      case 'ask-anybody':
        return this.#ask();
      case 'tell-all':
        return this.rig.notify('tools/list_changed');
      case 'reply':
        return this.#reply(deed.pick);
      case 'cancel':
      case 'away':
      case 'back':
      case 'leave':
        return this.#move(deed.do, deed.who);
    }
  }

  #call(index: number, id: number, quickly: boolean): void {
    const person = this.people[index % names.length];
    const self = person?.selves.at(-1);
    const isTaken = this.open.some((one) => one.owner === person?.name && one.id === id);
    if (!person || !self || !person.isHere || isTaken) return;
    const secret = `${person.name}-${this.#count++};`;
    this.#isQuick = quickly;
    self.request('tools/call', { name: 'x', secret, _meta: { progressToken: id } }, id);
    this.#isQuick = false;
    const upstream = this.rig.upstream('tools/call').id;
    if (quickly) this.due.push({ owner: person.name, secret, id });
    else this.open.push({ upstream, owner: person.name, id, secret });
  }

  #answer(index: number): void {
    const asked = this.open[index % Math.max(1, this.open.length)];
    if (!asked) return;
    this.open = this.open.filter((one) => one !== asked);
    // Who is away gets it from the journal; that is another test's story.
    const isHere = this.rig.connection.hears(asked.upstream);
    this.rig.answer(asked.upstream, { secret: asked.secret });
    if (isHere) this.due.push(asked);
  }

  #speakOf(what: 'progress' | 'log' | 'ask', asked: Asked | undefined): void {
    if (!asked) return;
    const about = { client: asked.owner, id: asked.id };
    if (what === 'ask') return this.#ask(about);
    const params = isObject(this.rig.upstream('tools/call').params) ? { said: asked.secret } : {};
    if (what === 'log') return this.rig.notify('message', params, about);
    const request = this.rig.sent.find((one) => isRequest(one) && one.id === asked.upstream);
    const meta = request && 'params' in request ? request.params?.['_meta'] : undefined;
    const progressToken = isObject(meta) ? meta['progressToken'] : null;
    this.rig.notify('progress', { ...params, progressToken, progress: 1 }, about);
  }

  #ask(about?: { client: string; id: RpcId }): void {
    const id = `q${this.#count++}`;
    this.questions.add(id);
    this.rig.ask(id, 'elicitation/create', about);
  }

  /** Everybody answers a question, also those that were not asked. */
  #reply(index: number): void {
    const id = [...this.questions][index % Math.max(1, this.questions.size)];
    if (id === undefined) return;
    for (const { name, selves } of this.people) {
      const result: JsonObject = { by: name };
      selves.at(-1)?.reply({ jsonrpc: '2.0', id, result });
    }
  }

  #move(what: 'cancel' | 'away' | 'back' | 'leave', index: number): void {
    const person = this.people[index % names.length];
    const self = person?.selves.at(-1);
    if (!person || !self) return;
    if (what === 'back') {
      if (!person.isHere) person.selves.push(this.#join(person.name));
      person.isHere = true;
      return;
    }
    if (!person.isHere) return;
    const mine = this.open.filter(({ owner }) => owner === person.name);
    if (what === 'cancel') {
      const [first] = mine;
      if (!first) return;
      self.cancel(first.id);
      this.open = this.open.filter((one) => one !== first);
      return;
    }
    person.isHere = false;
    if (what === 'away') return self.shared.dispose();
    self.shared.leave();
    this.open = this.open.filter(({ owner }) => owner !== person.name);
  }

  check(): void {
    for (const { name, selves } of this.people) {
      const heard = selves.map(({ everything }) => everything).join('');
      for (const other of names) if (other !== name) expect(heard).not.toContain(`${other}-`);
      this.#checkAnswers(name, selves);
    }
    for (const id of this.questions) this.#checkQuestion(id);
    // Nothing went up in a name that is not its own.
    for (const { id } of this.rig.requests('tools/call'))
      expect(names).toContain(ownerOf(id)?.client);
    this.#checkLoads();
  }

  #checkAnswers(name: string, selves: readonly Program[]): void {
    const got = selves.flatMap(({ heard }) =>
      heard.flatMap((one) =>
        'result' in one && 'secret' in one.result ? [[one.id, one.result['secret']]] : [],
      ),
    );
    const wanted = this.due.filter(({ owner }) => owner === name);
    expect(got.map(String).toSorted()).toEqual(
      wanted.map(({ id, secret }) => String([id, secret])).toSorted(),
    );
  }

  /** One program is asked, and its answer, or that it left, is the first that the connection hears. It knows no second one. */
  #checkQuestion(id: RpcId): void {
    const asked = this.people.filter(({ selves }) =>
      selves.some(({ questions }) => questions.some((one) => one.id === id)),
    );
    const [answer] = this.rig.answers.filter((one) => one.id === id);
    expect(asked.length).toBeLessThanOrEqual(1);
    if (asked.length === 0) expect(answer).toMatchObject({ error: {} });
    else if (answer && 'result' in answer) expect(answer.result['by']).toBe(asked[0]?.name);
  }

  #checkLoads(): void {
    for (const { name, selves, isHere } of this.people)
      if (isHere) {
        const mine = this.open.filter(({ owner }) => owner === name).length;
        expect(selves.at(-1)?.shared.load.value.running).toBe(mine);
      }
  }
}

it('every answer reaches its program once, and nothing of one reaches another', () => {
  fc.assert(
    fc.property(fc.array(anyDeed, { maxLength: 40 }), (deeds) => {
      const play = new Play();
      for (const deed of deeds) play.make(deed);
      play.check();
      play.rig.connection.dispose();
    }),
    { numRuns: 400 },
  );
});
