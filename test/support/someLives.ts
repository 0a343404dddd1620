// The policy and the events that tests about the life of a connection share.
import type { Policy } from '../../src/core/connection/failing.ts';

export const policy: Policy = {
  backoff: {
    delays: [0, 250, 500, 1000, 2000, 4000, 8000, 15_000, 30_000],
    localCap: 30_000,
    remoteCap: 60_000,
    stableAfter: 30_000,
  },
  local: true,
  holdBudget: 45_000,
  notifyAfterAttempts: 10,
  crashLoop: { exits: 5, within: 180_000 },
};
