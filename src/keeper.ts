// Composition root of the port keeper, a small process of its own: it is there when its gateway is not. It takes its orders over the
// channel from that, and the end of the channel for the end of the gateway. No decisions.
import { realClock as clock } from './base/clock.ts';
import { KeeperDuty } from './gateway/keeperDuty.ts';
import { KeeperHeirs } from './gateway/keeperHeirs.ts';
import { holdingAnswer, type KeeperMessage } from './gateway/keeperWords.ts';
import { isSharedHandle } from './gateway/sharedSockets.ts';

const heirs = new KeeperHeirs(clock);
let duty: KeeperDuty | null = null;
let knowsBegun = false;

const hold = async (): Promise<KeeperDuty> => {
  // Without orders there is nothing to keep.
  if (duty === null) process.exit(1);
  try {
    await duty.hold();
  } catch {
    process.exit(1);
  }
  return duty;
};

const inherit = (): void => {
  void hold().then((keeper) => heirs.inherit(knowsBegun, (client) => keeper.inherit(client)));
};

const take = (message: KeeperMessage, handle: unknown): void => {
  switch (message.kind) {
    case 'orders':
      knowsBegun = message.orders.knowsBegun;
      duty ??= new KeeperDuty(message.orders, clock, () => process.exit(0));
      return;
    case 'hold':
      // Who asked may be gone by the time of the answer.
      void hold().then(() => process.connected && process.send?.(holdingAnswer, () => undefined));
      return;
    case 'shared':
      if (isSharedHandle(handle)) heirs.share(message.id, handle);
      return;
    case 'closed':
      heirs.close(message.id);
      return;
    case 'inherit':
      inherit();
  }
};

process.on('message', take);
process.once('disconnect', inherit);
