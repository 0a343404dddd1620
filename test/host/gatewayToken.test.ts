// The gateway's token in the editor's secret store: the same for one workspace, another for each.
import { expect, test } from 'vitest';
import { gatewayToken } from '../../src/host/gatewayToken.ts';

class MemorySecrets {
  readonly kept = new Map<string, string>();
  failing = false;
  get(key: string): Promise<string | undefined> {
    return this.failing
      ? Promise.reject(new Error('the key ring is locked'))
      : Promise.resolve(this.kept.get(key));
  }
  store(key: string, value: string): Promise<void> {
    this.kept.set(key, value);
    return Promise.resolve();
  }
}

const aLog = () => {
  const said: string[] = [];
  return { said, warn: (text: string) => void said.push(text) };
};

test('[gateway-never-drops] a workspace gets the same token again', async () => {
  const secrets = new MemorySecrets();
  const first = await gatewayToken(secrets, '/storage/one', aLog());
  expect(await gatewayToken(secrets, '/storage/one', aLog())).toBe(first);
  expect(Buffer.from(first, 'base64url')).toHaveLength(32);
});

test('another workspace has another token', async () => {
  const secrets = new MemorySecrets();
  const first = await gatewayToken(secrets, '/storage/one', aLog());
  expect(await gatewayToken(secrets, '/storage/two', aLog())).not.toBe(first);
});

test('two windows that start together end with one token', async () => {
  const secrets = new MemorySecrets();
  const [first, second] = await Promise.all([
    gatewayToken(secrets, '/storage/one', aLog()),
    gatewayToken(secrets, '/storage/one', aLog()),
  ]);
  expect(first).toBe(second);
});

test('[keep-secrets] no key names the folder of the workspace', async () => {
  const secrets = new MemorySecrets();
  await gatewayToken(secrets, '/home/ada/secret-project', aLog());
  expect([...secrets.kept.keys()].join()).not.toContain('secret-project');
});

test('a locked key ring gives a token for this life, and says so', async () => {
  const secrets = new MemorySecrets();
  secrets.failing = true;
  const log = aLog();
  expect(await gatewayToken(secrets, '/storage/one', log)).toHaveLength(43);
  expect(log.said.join()).toContain('the key ring is locked');
});
