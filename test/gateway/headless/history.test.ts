// The history of a real server behind the headless gateway: told by the health report, kept over a kill of the gateway, and free of
// what was said.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { HealthReport } from '../../../src/gateway/healthReport.ts';
import type { ServerHistory } from '../../../src/gateway/healthHistory.ts';
import { startRestartable } from '../../support/restartableServer.ts';
import { until } from '../../vscode/waiting.ts';
import { aClient, aGateway, say } from './headlessProcess.ts';

const patience = 20_000;

/** Everything that the history holds, as it lies on the disk. */
const writtenIn = (folder: string): string => {
  const database = new DatabaseSync(join(folder, 'lifeline.db'), { readOnly: true });
  const rows = database.prepare('SELECT key, json FROM chronicle').all();
  database.close();
  return rows.map(({ key, json }) => `${String(key)} ${String(json)}`).join('\n');
};

const historyOf = async (client: Client): Promise<ServerHistory | undefined> => {
  const { structuredContent } = await client.callTool({ name: 'session_health_check' });
  const report = structuredContent as unknown as HealthReport;
  return report.history['files'];
};

const untilHistory = (
  client: Client,
  what: string,
  isSo: (history: ServerHistory) => boolean,
): Promise<ServerHistory> =>
  until(what, patience, async () => {
    const history = await historyOf(client);
    return history !== undefined && isSo(history) ? history : null;
  });

it('tells what happened to a server, also after a kill of the gateway, and nothing of what was said [keep-secrets]', async () => {
  const server = await startRestartable({ stale: '400-32000' });
  onTestFinished(() => server.stop());
  const gateway = aGateway({ files: { url: server.url } });
  const place = await gateway.start();
  const client = await aClient(place, 'files');
  await say(client, 'echo', { text: 'hunter2' });

  await server.process.kill9();
  const held = say(client, 'echo', { text: 'hunter3' });
  server.process.start();
  expect(await held).toBe('hunter3');

  const before = await aClient(place, 'lifeline');
  const after = await untilHistory(
    before,
    'the loss and the held call are told',
    ({ recoveries, calls }) => recoveries === 1 && calls.held >= 1,
  );
  expect(after).toMatchObject({ restarts: 1, calls: { count: 2, errors: 0, unknown: 0 } });
  expect(after.troubles[0]?.text).toMatch(
    /^Down for .*: .*\. New session, 1 call held, none lost\./,
  );
  await until('the counts are on disk', patience, async () => {
    const wal = readFileSync(join(gateway.state, 'lifeline.db-wal'), 'latin1');
    return wal.includes('"kind":"calls"');
  });

  await gateway.kill9();
  await gateway.start();
  const again = await aClient(place, 'lifeline');
  expect(await untilHistory(again, 'the history was kept', () => true)).toMatchObject({
    recoveries: 1,
    calls: { count: 2, held: after.calls.held },
  });

  await gateway.end();
  const chronicle = writtenIn(gateway.state);
  expect(chronicle).toContain('"kind":"recovery"');
  expect(chronicle).not.toMatch(/hunter/);
  expect(chronicle).not.toContain(place.token);
  const ids = (await server.requests()).flatMap(({ session }) => session ?? []);
  expect(ids.length).toBeGreaterThan(0);
  for (const id of ids) expect(chronicle).not.toContain(id);
});
