// Composition root of the port keeper, a small process of its own: it takes what comes to its gateway's port, and is there when its
// gateway is not. It takes its orders over the channel from that, and the end of the channel for the end of the gateway. No decisions.
import { realClock as clock, sleep } from './base/clock.ts';
import { KeeperDuty } from './gateway/keeperDuty.ts';
import { type Bring, KeeperHeirs } from './gateway/keeperHeirs.ts';
import type { KeeperMessage, KeeperNews, KeeperOrders } from './gateway/keeperWords.ts';
import { isSharedHandle, type SharedHandle } from './gateway/sharedSockets.ts';

const heirs = new KeeperHeirs(clock);
let duty: KeeperDuty | null = null;
let orders: KeeperOrders | null = null;
let isAlone = false;

/** Who is told may be gone by now. */
const tell = (news: KeeperNews): void => {
  if (process.connected) process.send?.(news, undefined, {}, () => undefined);
};

const bring: Bring = (id, handle, brought) => {
  const news: KeeperNews = { kind: 'came', id };
  if (process.connected) process.send?.(news, handle, { keepOpen: true }, brought);
};

const onDuty = async (work: (keeper: KeeperDuty) => Promise<void>): Promise<KeeperDuty> => {
  // Without orders there is nothing to keep.
  if (duty === null) process.exit(1);
  try {
    await work(duty);
  } catch {
    process.exit(1);
  }
  return duty;
};

const hold = (listener: SharedHandle | null): Promise<KeeperDuty> =>
  onDuty((keeper) => keeper.hold(listener));

const inherit = (): void => {
  const knowsBegun = orders?.knowsBegun === true;
  void hold(null).then((keeper) => heirs.inherit(knowsBegun, (client) => keeper.inherit(client)));
};

const take = (message: KeeperMessage, handle: unknown): void => {
  const shared = isSharedHandle(handle) ? handle : null;
  switch (message.kind) {
    case 'orders':
      ({ orders } = message);
      duty ??= new KeeperDuty(orders, clock, () => process.exit(0));
      return;
    case 'serve':
      if (shared === null) process.exit(1);
      void onDuty((keeper) => keeper.serve(shared, (client) => heirs.bring(client, bring))).then(
        () => tell({ kind: 'serving' }),
      );
      return;
    case 'alone':
      isAlone = true;
      return;
    case 'hold':
      isAlone = true;
      void hold(shared).then(() => tell({ kind: 'holding' }));
      return;
    case 'shared':
      if (shared) heirs.share(message.id, shared);
      return;
    case 'closed':
      heirs.close(message.id);
      return;
    case 'inherit':
      inherit();
  }
};

process.on('message', take);
const outlive = (): void => (isAlone ? inherit() : process.exit(0));

/** What the gateway has said to the end comes first. */
const outliveSoon = async (): Promise<void> => {
  while (process.connected) await sleep(clock, 1);
  outlive();
};

process.once('disconnect', outlive);
// Node says nothing of the end of a channel along which something was sent that nobody has confirmed yet (as of Node 24), and the dead
// confirm nothing. Nothing is ever said along this one, and so its end is seen.
process.stdin.once('close', () => void outliveSoon());
process.stdin.on('error', () => undefined);
process.stdin.resume();
tell({ kind: 'ready' });
