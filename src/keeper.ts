// Composition root of the port keeper, a small process of its own: it is there when its gateway is not. It takes its orders from
// standard input, and the end of that for the end of its gateway. No decisions.
import { createInterface } from 'node:readline';
import { realClock as clock } from './base/clock.ts';
import { KeeperDuty } from './gateway/keeperDuty.ts';
import { holdCommand, holdingAnswer, readOrders } from './gateway/keeperWords.ts';

let duty: KeeperDuty | null = null;

const hold = async (): Promise<void> => {
  // Without orders there is nothing to keep.
  if (duty === null) process.exit(1);
  try {
    await duty.hold();
  } catch {
    process.exit(1);
  }
  process.stdout.write(`${holdingAnswer}\n`);
};

const take = (line: string): void => {
  if (line === holdCommand) return void hold();
  const orders = readOrders(line);
  if (orders === null) process.exit(1);
  duty ??= new KeeperDuty(orders, clock, () => process.exit(0));
};

// Who asked may be gone by the time of the answer.
process.stdout.on('error', () => undefined);
process.stdin.on('error', () => undefined);
const lines = createInterface({ input: process.stdin });
lines.on('line', take);
lines.once('close', () => void hold());
