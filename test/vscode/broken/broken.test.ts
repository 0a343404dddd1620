// Tests that go wrong in every way known, to prove that each comes out as a failure (`npm test -- --only selfcheck`).
import { setTimeout as delay } from 'node:timers/promises';

const ways: Readonly<Record<string, () => Promise<void>>> = {
  assertion: () => Promise.reject(new Error('deliberate')),
  rejection: async () => {
    void Promise.reject(new Error('deliberate, and nobody handles it'));
    await delay(200);
  },
  exit: async () => {
    process.exit(0);
    await delay(0);
  },
  kill: async () => {
    process.kill(process.pid, 'SIGKILL');
    await delay(60_000);
  },
  hang: () => new Promise(() => undefined),
};

describe('a broken suite', () => {
  it('passes first', () => undefined);

  it('then breaks', async function breaks() {
    this.timeout(0);
    await ways[process.env['MCP_LIFELINE_TEST_BREAK'] ?? '']?.();
  });
});
