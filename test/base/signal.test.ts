// Values that tell when they change, and waiting for one.
import { describe, expect, it } from 'vitest';
import { Store, toDisposable } from '../../src/base/disposable.ts';
import { derive, during, Emitter, Source, whenever } from '../../src/base/signal.ts';

describe('an emitter', () => {
  it('tells everybody, in the order in which they came', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    emitter.on((value) => heard.push(`a${value}`));
    emitter.on((value) => heard.push(`b${value}`));
    emitter.emit(1);
    expect(heard).toEqual(['a1', 'b1']);
  });

  it('lets the same function listen twice, each ending alone', () => {
    const emitter = new Emitter<number>();
    let count = 0;
    const listener = (): void => {
      count += 1;
    };
    const first = emitter.on(listener);
    emitter.on(listener);
    emitter.emit(1);
    first.dispose();
    emitter.emit(1);
    expect(count).toBe(3);
  });

  it('does not tell one that ended while others were told, nor one that came then', () => {
    const emitter = new Emitter<number>();
    const heard: string[] = [];
    emitter.on(() => {
      second.dispose();
      emitter.on(() => heard.push('newcomer'));
    });
    const second = emitter.on(() => heard.push('second'));
    emitter.emit(1);
    expect(heard).toEqual([]);
  });

  it('tells nobody after its end', () => {
    const emitter = new Emitter<number>();
    const heard: number[] = [];
    emitter.on((value) => heard.push(value));
    emitter.dispose();
    emitter.emit(1);
    expect(heard).toEqual([]);
  });
});

describe('a source', () => {
  it('tells of changes only, after the value is there', () => {
    const source = new Source(1);
    const heard: [number, number][] = [];
    source.onChange((value) => heard.push([value, source.value]));
    source.set(1);
    source.set(2);
    source.set(2);
    expect(heard).toEqual([[2, 2]]);
  });

  it('takes NaN for the same as NaN', () => {
    const source = new Source(Number.NaN);
    let changes = 0;
    source.onChange(() => {
      changes += 1;
    });
    source.set(Number.NaN);
    expect(changes).toBe(0);
  });

  it('keeps its value after its end, and tells nobody', () => {
    const source = new Source('a');
    let changes = 0;
    source.onChange(() => {
      changes += 1;
    });
    source.dispose();
    source.set('b');
    expect([source.value, changes]).toEqual(['b', 0]);
  });
});

/** A source that knows how many listen. */
const counted = (value: number) => {
  const source = new Source(value);
  let listening = 0;
  return {
    source,
    listening: () => listening,
    signal: {
      get value() {
        return source.value;
      },
      onChange: (listener: (value: number) => void) => {
        listening += 1;
        const subscription = source.onChange(listener);
        return {
          dispose: () => {
            listening -= 1;
            subscription.dispose();
          },
        };
      },
    },
  };
};

describe('whenever', () => {
  it('resolves at once with a value that is wanted already', async () => {
    const { signal, listening } = counted(5);
    await expect(whenever(signal, (value) => value > 3)).resolves.toBe(5);
    expect(listening()).toBe(0);
  });

  it('resolves with the first wanted value and listens no longer', async () => {
    const { source, signal, listening } = counted(1);
    const wanted = whenever(signal, (value) => value > 3);
    source.set(2);
    source.set(4);
    source.set(5);
    await expect(wanted).resolves.toBe(4);
    expect(listening()).toBe(0);
  });

  it('rejects with the reason as soon as it is aborted, and listens no longer', async () => {
    const { source, signal, listening } = counted(1);
    const abort = new AbortController();
    const wanted = whenever(signal, (value) => value > 3, abort.signal);
    abort.abort(new Error('enough'));
    source.set(4);
    await expect(wanted).rejects.toThrow('enough');
    expect(listening()).toBe(0);
  });

  it('rejects at once when it was aborted before, unless the value is wanted already', async () => {
    const { signal } = counted(1);
    const aborted = AbortSignal.abort(new Error('enough'));
    await expect(whenever(signal, (value) => value > 3, aborted)).rejects.toThrow('enough');
    await expect(whenever(signal, (value) => value === 1, aborted)).resolves.toBe(1);
  });
});

describe('derive', () => {
  it('follows its sources, tells of other values only, and ends with its owner', () => {
    const [one, other, owner] = [new Source(1), new Source(2), new Store()];
    const sum = derive(() => one.value + other.value, [one, other], owner);
    const heard: number[] = [];
    sum.onChange((value) => heard.push(value));
    one.set(2);
    other.set(3);
    other.set(2);
    owner.dispose();
    one.set(9);
    expect([heard, sum.value]).toEqual([[4, 5, 4], 4]);
  });

  it('keeps the value that it has while a new one means the same', () => {
    const [source, owner] = [new Source(1), new Store()];
    const isSame = (one: { odd: boolean }, next: { odd: boolean }): boolean => one.odd === next.odd;
    const kind = derive(() => ({ odd: source.value % 2 === 1 }), [source], owner, isSame);
    const before = kind.value;
    source.set(3);
    expect(kind.value).toBe(before);
    source.set(4);
    expect(kind.value).toEqual({ odd: false });
    owner.dispose();
  });
});

describe('during', () => {
  it('begins and ends with what it is wanted for, and for good with its own end', () => {
    const wanted = new Source(false);
    const life: string[] = [];
    const begin = () => {
      life.push('begins');
      return toDisposable(() => life.push('ends'));
    };
    const present = during(wanted, begin);
    expect(life).toEqual([]);
    wanted.set(true);
    wanted.set(false);
    wanted.set(true);
    present.dispose();
    wanted.set(false);
    wanted.set(true);
    expect(life).toEqual(['begins', 'ends', 'begins', 'ends']);
  });
});
