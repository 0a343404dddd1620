// What holds for a client of the gateway in any order of questions, answers, life and time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRequest, isResponse } from '../../src/core/rpc.ts';
import { states, SteadyRig, welcomeWith } from '../support/steadyRig.ts';

const methods = [
  'initialize',
  'tools/list',
  'prompts/list',
  'resources/templates/list',
  'tools/call',
  'ping',
  'completion/complete',
  'logging/setLevel',
  'resources/subscribe',
] as const;
const kinds = Object.keys(states) as (keyof typeof states)[];

const anyStep = fc.oneof(
  fc.record({
    kind: fc.constant('ask' as const),
    method: fc.constantFrom(...methods),
    cursor: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('become' as const), state: fc.constantFrom(...kinds) }),
  fc.record({
    kind: fc.constant('answer' as const),
    which: fc.nat(20),
    how: fc.constantFrom('result' as const, 'page' as const, 'refusal' as const),
  }),
  fc.record({ kind: fc.constant('wait' as const), for: fc.constantFrom(0, 500, 1999, 2000, 9000) }),
  fc.record({
    kind: fc.constant('welcome' as const),
    capabilities: fc.subarray(['tools', 'prompts', 'resources', 'logging', 'completions']),
  }),
);
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

class Play {
  readonly rig = new SteadyRig('idle');
  readonly asked = new Map<number, string>();
  readonly #answered = new Set<unknown>();

  async step(step: Step): Promise<void> {
    const { rig } = this;
    switch (step.kind) {
      case 'ask': {
        const id = this.asked.size;
        this.asked.set(id, step.method);
        return rig.ask(id, step.method, step.cursor ? { cursor: 'next' } : {});
      }
      case 'become':
        return rig.become(step.state);
      case 'answer':
        this.#answer(step.which, step.how);
        return;
      case 'wait':
        return rig.clock.advance(step.for);
      case 'welcome':
        rig.welcome = welcomeWith(...step.capabilities);
    }
  }

  /** The connection keeps its word: whatever was passed to it and not cancelled is answered, once. */
  answerRest(): void {
    while (this.#answer(0, 'refusal'));
  }

  #answer(which: number, how: 'result' | 'page' | 'refusal'): boolean {
    const { rig } = this;
    const open = rig.inner.sent.filter(isRequest).filter(({ id }) => !this.#answered.has(id));
    const request = open[which % Math.max(1, open.length)];
    if (!request) return false;
    this.#answered.add(request.id);
    if (how === 'refusal') rig.refuse(request.id);
    else if (request.method === 'initialize') rig.answer(request.id, welcomeWith('tools'));
    else rig.answer(request.id, { tools: [], ...(how === 'page' ? { nextCursor: 'next' } : {}) });
    return true;
  }
}

describe('every request of a client', () => {
  it('is answered exactly once, whatever the order of life, answers and time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
        const play = new Play();
        const { rig, asked } = play;
        for (const step of steps) {
          await play.step(step);
          const answers = rig.heard.filter(isResponse).map(({ id }) => id);
          expect(new Set(answers).size).toBe(answers.length);
        }
        await rig.clock.advance(2000);
        for (const [id, method] of asked)
          if (method === 'initialize') expect(rig.resultOf(id)).toBeDefined();
        play.answerRest();
        for (const id of asked.keys()) expect(rig.answersTo(id)).toHaveLength(1);
        // Nobody waits any more, so nothing may tick.
        expect(rig.clock.pending).toBeLessThanOrEqual(1);
        rig.steady.dispose();
        expect(rig.clock.pending).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('for a list from its beginning gets no error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
        const play = new Play();
        for (const step of steps)
          await play.step(step.kind === 'ask' ? { ...step, cursor: false } : step);
        await play.rig.clock.advance(2000);
        play.answerRest();
        for (const [id, method] of play.asked)
          if (method.endsWith('/list')) expect(play.rig.resultOf(id)).toBeDefined();
        play.rig.steady.dispose();
      }),
      { numRuns: 200 },
    );
  });
});
