// Two windows on the storage of one folder: each tells its own life, and what is stored is told of one at a time.
import { describe, expect, it, onTestFinished } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import type { ChronicleEntry, MarkEntry } from '../../src/core/chronicle.ts';
import { bandsOf } from '../../src/core/chronicle/bands.ts';
import type { StateKind } from '../../src/core/connection/state.ts';
import { usualBounds } from '../../src/store/historyBounds.ts';
import type { LeaseStatus } from '../../src/store/leasePorts.ts';
import { MemoryHistory } from '../../src/store/memoryHistory.ts';
import { OwnedHistory } from '../../src/store/ownedHistory.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { anEntry } from './fixtures.ts';

const second = 1_000;

const aLoss = (at: number): ChronicleEntry => ({
  ...{ kind: 'recovery', serverId: 'alpha', at, until: at + 500, client: 'Claude Code' },
  ...{ cause: 'lost', failure: 'closed', detail: null, rung: 'same-session', attempts: 1 },
  calls: { held: 0, repeated: 0, unknown: 0, refused: 0 },
});

class Windows {
  readonly clock = new VirtualClock();
  readonly stored = new MemoryHistory(usualBounds);

  open(status: LeaseStatus) {
    const { clock, stored } = this;
    const lease = new Source<LeaseStatus>(status);
    const own = new MemoryHistory(usualBounds);
    const history = new OwnedHistory({ lease, stored, own, clock });
    onTestFinished(() => history.dispose());
    const mark = (what: MarkEntry['what']): void =>
      history.put({ kind: 'mark', serverId: null, at: clock.now(), what, length: null }, null);
    const move = (from: StateKind, to: StateKind): void =>
      history.append(anEntry({ at: clock.now(), from, to, failure: null }));
    const bands = () => this.bandsIn(history.read(null, -Infinity, clock.now()));
    return { lease, history, mark, move, bands };
  }

  bandsIn(entries: readonly ChronicleEntry[]) {
    const to = this.clock.now();
    return bandsOf(entries, 'alpha', { from: -Infinity, to, isLive: true }).map(
      ({ state, from, to: end }) => [state, (from - to) / second, (end - to) / second],
    );
  }
}

describe('a second window', () => {
  it('that opens and closes leaves no trace in the lane of the first one', async () => {
    const windows = new Windows();
    const first = windows.open('owner');
    first.mark('started');
    first.move('connecting', 'ready');
    await windows.clock.advance(20 * second);
    const other = windows.open('waiting');
    other.mark('started');
    other.move('connecting', 'ready');
    await windows.clock.advance(20 * second);
    expect(other.bands()).toEqual([['ready', -20, 0]]);
    expect(other.history.recent('alpha', 10)).toHaveLength(2);
    other.move('ready', 'stopped');
    other.mark('ended');
    await windows.clock.advance(20 * second);
    expect(first.bands()).toEqual([['ready', -60, 0]]);
  });

  it('sees what was before it, and nothing that the first one does meanwhile', async () => {
    const windows = new Windows();
    const first = windows.open('owner');
    first.move('connecting', 'ready');
    await windows.clock.advance(second);
    const other = windows.open('waiting');
    first.move('ready', 'failed');
    other.move('idle', 'connecting');
    const seen = other.history.read('alpha', -Infinity, Infinity, ['transition']);
    expect(seen).toMatchObject([{ to: 'ready' }, { to: 'connecting' }]);
    expect(other.history.recent('alpha', 1)).toMatchObject([{ to: 'connecting' }]);
    expect(first.history.recent('alpha', 9)).toMatchObject([{ to: 'failed' }, { to: 'ready' }]);
  });

  it('that gets the lease goes on in the stored history from where the first one ended', async () => {
    const windows = new Windows();
    const first = windows.open('owner');
    first.mark('started');
    first.move('connecting', 'ready');
    await windows.clock.advance(20 * second);
    const other = windows.open('waiting');
    other.mark('started');
    other.move('connecting', 'ready');
    await windows.clock.advance(20 * second);
    first.mark('ended');
    first.lease.set('waiting');
    await windows.clock.advance(second);
    other.history.put(aLoss(windows.clock.now()), 'loss');
    await windows.clock.advance(second);
    other.lease.set('owner');
    other.history.put(aLoss(windows.clock.now() - second), 'loss');
    await windows.clock.advance(10 * second);
    // Its own life as before, each line once; and for whoever reads what is stored later, both lives one after the other.
    expect(other.bands()).toEqual([['ready', -32, 0]]);
    expect(other.history.read(null, -Infinity, Infinity, ['recovery'])).toHaveLength(1);
    expect(windows.bandsIn(windows.stored.read(null, -Infinity, Infinity))).toEqual([
      ['ready', -52, -12],
      ['ready', -12, 0],
    ]);
    expect(windows.stored.read(null, -Infinity, Infinity, ['recovery'])).toHaveLength(1);
  });

  it('that was alone all the while, as after a reload, writes everything once the lease is its own', async () => {
    const windows = new Windows();
    const only = windows.open('waiting');
    only.mark('reloaded');
    only.move('connecting', 'ready');
    expect(windows.stored.read(null, -Infinity, Infinity)).toEqual([]);
    await windows.clock.advance(second);
    only.lease.set('owner');
    await windows.clock.advance(second);
    const kept = windows.stored.read(null, -Infinity, Infinity);
    expect(kept).toMatchObject([{ what: 'reloaded' }, { to: 'ready' }]);
    expect(only.history.read(null, -Infinity, Infinity)).toEqual(kept);
  });

  it('forgets what it is told to, its own and what is stored', () => {
    const windows = new Windows();
    windows.open('owner').move('connecting', 'ready');
    const other = windows.open('waiting');
    other.move('connecting', 'ready');
    other.history.clear('alpha');
    expect(other.history.read(null, -Infinity, Infinity)).toEqual([]);
    expect(windows.stored.read(null, -Infinity, Infinity)).toEqual([]);
  });
});
