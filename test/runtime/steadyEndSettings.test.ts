// What a client of the gateway sets, and what it was promised by us and the server does not have.
import { describe, expect, it } from 'vitest';
import { SteadyRig, welcomeWith } from '../support/steadyRig.ts';

describe('settings', () => {
  it.each(['logging/setLevel', 'resources/subscribe', 'resources/unsubscribe'])(
    '%s is noted while the server is not there, and passed on when it is',
    (method) => {
      const rig = new SteadyRig('connecting');
      rig.ask(1, method, { level: 'info' });
      rig.become('reconnecting');
      rig.ask(2, method, { level: 'debug' });
      expect([rig.resultOf(1), rig.resultOf(2)]).toEqual([{}, {}]);
      expect(rig.noted.map(({ params }) => params)).toEqual([
        { level: 'info' },
        { level: 'debug' },
      ]);
      rig.comeUp(welcomeWith('logging', 'resources'));
      rig.ask(3, method);
      expect(rig.passed(method)).toBe(1);
      expect(rig.answersTo(3)).toHaveLength(0);
      expect(rig.noted).toHaveLength(2);
    },
  );
});

describe('what was promised and is not there', () => {
  it('is answered as by a server that has nothing; reads are for the server to refuse', () => {
    const rig = new SteadyRig('reconnecting');
    rig.hello();
    rig.comeUp(welcomeWith('tools'));
    rig.ask(1, 'completion/complete');
    rig.ask(2, 'logging/setLevel', { level: 'info' });
    rig.ask(3, 'prompts/list');
    rig.ask(4, 'resources/list', { cursor: 'x' });
    rig.ask(5, 'resources/read');
    rig.ask(6, 'resources/subscribe');
    expect(rig.resultOf(1)).toEqual({ completion: { values: [] } });
    expect(rig.resultOf(2)).toEqual({});
    expect(rig.resultOf(3)).toEqual({ prompts: [] });
    expect(rig.resultOf(4)).toEqual({ resources: [] });
    expect(rig.heard.length).toBe(5);
    expect([rig.passed('resources/read'), rig.passed('resources/subscribe')]).toEqual([1, 1]);
    expect(rig.passed('prompts/list') + rig.passed('completion/complete')).toBe(0);
  });

  it('passes where it was never promised', () => {
    const rig = new SteadyRig('connecting');
    rig.hello();
    rig.answer('hello', welcomeWith('tools'));
    rig.comeUp(welcomeWith('tools'));
    rig.ask(1, 'prompts/list');
    rig.ask(2, 'completion/complete');
    expect([rig.passed('prompts/list'), rig.passed('completion/complete')]).toEqual([1, 1]);
  });

  it('passes where the server has it', () => {
    const rig = new SteadyRig('reconnecting');
    rig.hello();
    rig.comeUp(welcomeWith('completions'));
    rig.ask(1, 'completion/complete');
    expect(rig.passed('completion/complete')).toBe(1);
  });
});
