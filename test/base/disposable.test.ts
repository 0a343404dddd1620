// Ownership: what is created is ended once, in reverse order.
import { describe, expect, it } from 'vitest';
import {
  allOrNothing,
  type Disposable,
  DisposeError,
  Mutable,
  Store,
  toDisposable,
} from '../../src/base/disposable.ts';

/** Things that write down their end. */
const ending = () => {
  const ended: string[] = [];
  const named = (name: string): Disposable => ({ dispose: () => void ended.push(name) });
  return { ended, named };
};

describe('toDisposable', () => {
  it('ends once', () => {
    let ends = 0;
    const thing = toDisposable(() => {
      ends += 1;
    });
    thing.dispose();
    thing.dispose();
    expect(ends).toBe(1);
  });
});

describe('a store', () => {
  it('ends what was added in reverse order, once', () => {
    const { ended, named } = ending();
    const store = new Store();
    for (const name of ['one', 'two', 'three']) store.add(named(name));
    store.dispose();
    store.dispose();
    expect(ended).toEqual(['three', 'two', 'one']);
    expect(store.isDisposed).toBe(true);
  });

  it('ends at once what is added after its own end', () => {
    const { ended, named } = ending();
    const store = new Store();
    store.dispose();
    const late = named('late');
    expect(store.add(late)).toBe(late);
    expect(ended).toEqual(['late']);
  });

  it('ends an item early and forgets it', () => {
    const { ended, named } = ending();
    const store = new Store();
    const early = store.add(named('early'));
    store.add(named('other'));
    store.drop(early);
    store.dispose();
    expect(ended).toEqual(['early', 'other']);
  });

  it('ends a dropped item that it never had, and keeps the others', () => {
    const { ended, named } = ending();
    const store = new Store();
    store.add(named('kept'));
    store.drop(named('stranger'));
    expect(ended).toEqual(['stranger']);
    store.dispose();
    expect(ended).toEqual(['stranger', 'kept']);
  });

  it('runs every closing step and reports all failures together', () => {
    const { ended, named } = ending();
    const store = new Store();
    const failing = (text: string): Disposable => ({
      dispose: () => {
        throw new Error(text);
      },
    });
    store.add(named('first'));
    store.add(failing('a'));
    store.add(named('second'));
    store.add(failing('b'));
    const error = (() => {
      try {
        return store.dispose();
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toBeInstanceOf(DisposeError);
    expect(String(error)).toContain('2 of the closing steps failed');
    expect(error).toMatchObject({ errors: [new Error('b'), new Error('a')] });
    expect(ended).toEqual(['second', 'first']);
    expect(() => store.dispose()).not.toThrow();
  });
});

describe('a replaceable thing', () => {
  it('ends the one before when another takes its place, and not when it is the same', () => {
    const { ended, named } = ending();
    const slot = new Mutable();
    const one = named('one');
    slot.value = one;
    slot.value = one;
    expect(ended).toEqual([]);
    slot.value = named('two');
    expect(ended).toEqual(['one']);
    slot.value = undefined;
    expect([ended, slot.value]).toEqual([['one', 'two'], undefined]);
  });

  it('is replaced before the one before ends, so that its end may look', () => {
    const slot = new Mutable();
    let seen: unknown = 'nothing';
    const next = toDisposable(() => {});
    slot.value = {
      dispose: () => {
        seen = slot.value;
      },
    };
    slot.value = next;
    expect(seen).toBe(next);
  });

  it('ends with its slot, and what comes after ends at once', () => {
    const { ended, named } = ending();
    const slot = new Mutable();
    slot.value = named('one');
    slot.dispose();
    slot.dispose();
    slot.value = named('late');
    expect([ended, slot.value]).toEqual([['one', 'late'], undefined]);
  });
});

describe('all or nothing', () => {
  it('ends what was made before the step that failed, last first, and lets the failure through', () => {
    const ended: string[] = [];
    const build = (): never =>
      allOrNothing((owner) => {
        for (const name of ['first', 'second']) owner.add(toDisposable(() => ended.push(name)));
        throw new Error('the third is refused');
      });
    expect(build).toThrow('the third is refused');
    expect(ended).toEqual(['second', 'first']);
  });

  it('leaves everything as it is where nothing failed', () => {
    const ended: string[] = [];
    const owner = allOrNothing((store) => {
      store.add(toDisposable(() => ended.push('first')));
      return store;
    });
    expect([owner.isDisposed, ended]).toEqual([false, []]);
    owner.dispose();
  });
});
