// The network breaks streams in all the ways it has, and a server that keeps its events loses nobody a message.
import { expect, test } from 'vitest';
import { type FleetRig, until } from '../support/fleetRig.ts';
import type { Cut, RestartableServer } from '../support/restartableServer.ts';
import { figure, inspect, notified, range, readyWith, recoveredBy, untilListed } from './stage.ts';

const listsSeen = async (server: RestartableServer): Promise<string[]> =>
  (await server.requests()).flatMap(({ rpc }) => (rpc?.endsWith('/list') ? [rpc] : []));

/** The server holds the client's standalone stream. */
const pushed = async (server: RestartableServer, rig: FleetRig): Promise<void> => {
  await until(async () => (await server.requests()).some(({ method }) => method === 'GET'));
  await server.notify(1);
  await until(() => notified(rig).length === 1);
};

const cuts = ['rst', 'end'] as const satisfies readonly Cut[];

for (const events of ['memory', 'kept'] as const) {
  test.for(cuts)(
    `[resume-stream] no notification is lost or doubled when the push stream breaks (%s) and the server has events in ${events}`,
    async (how) => {
      const { server, rig } = await readyWith({ events });
      await pushed(server, rig);
      await rig.call('notify', { count: 30, everyMs: 30 });
      for (const enough of [5, 15]) {
        await until(() => notified(rig).length >= enough);
        expect(await server.cut(how, 'standalone')).toBe(1);
      }
      await until(() => notified(rig).includes(31));
      expect(notified(rig)).toEqual(range(31));
      const resumptions = (await server.requests()).filter(({ lastEventId }) => lastEventId);
      expect(resumptions.length).toBeGreaterThanOrEqual(2);
      expect(await inspect(rig)).toMatchObject({ initializesSeen: 1 });
    },
  );
}

test('[resume-stream] [reload-survives] what a server that keeps sessions and events said before and after its own restart, all while we were away, is heard once', async () => {
  const { server, rig } = await readyWith({ events: 'kept', keepSessions: true, health: false });
  await pushed(server, rig);
  await rig.reload(async () => {
    await server.notify(2);
    await server.process.restart();
    await server.notify(2);
  });
  await until(() => notified(rig).length >= 5);
  await server.notify(1);
  await until(() => notified(rig).length >= 6);
  expect(notified(rig)).toEqual(range(6));
  expect(recoveredBy(rig)).toBe('same-session');
  expect(await inspect(rig)).toMatchObject({ initializeCount: 1, initializesSeen: 0 });
});

test('[resume-stream] without an event store everything is listed again after a break of the push stream', async () => {
  const { server, rig } = await readyWith({ events: 'off' });
  await pushed(server, rig);
  const listedAt = rig.server().catalog.value.listedAt ?? 0;
  await server.clearRequests();
  await server.cut('rst', 'standalone');
  await until(() => (rig.server().catalog.value.listedAt ?? 0) > listedAt);
  await untilListed(rig);
  expect(new Set(await listsSeen(server))).toEqual(
    new Set(['tools/list', 'resources/list', 'prompts/list']),
  );
  await server.notify(1);
  await until(() => notified(rig).length === 2);
  expect(rig.states()).not.toContain('reconnecting');
});

test.for(cuts)(
  '[break-heard] [at-most-once] the answer stream of a call breaks (%s) and is resumed: the call runs once and its progress goes on',
  async (how) => {
    const { server, rig } = await readyWith({ events: 'memory' });
    const steps: number[] = [];
    const onProgress = ({ progress }: { progress: number }): void => void steps.push(progress);
    const call = rig.call('slow', { ms: 1500 }, { onProgress });
    await until(() => steps.length >= 3);
    expect(await server.cut(how, 'post')).toBe(1);
    expect(await call).toEqual({ text: 'slept 1500', isError: false, outcome: null });
    expect(steps).toEqual(range(15).map((step) => step * 100));
    expect(server.ledger().filter(({ name }) => name === 'slow')).toHaveLength(1);
  },
);

test.for(cuts)(
  '[break-heard] [honest-unknown] the answer stream of a call breaks (%s) and cannot be resumed: its caller hears at once that it may have run',
  async (how) => {
    const { server, rig } = await readyWith({ events: 'off' });
    const call = rig.call('slow', { ms: 60_000 });
    await until(() => server.ledger().some(({ name }) => name === 'slow'));
    await until(async () => (await server.cut(how, 'post')) > 0);
    const cutAt = performance.now();
    expect(await call).toMatchObject({ isError: true, outcome: 'unknown' });
    figure(`from the break (${how}) of the stream to the honest answer`, cutAt);
    expect(await rig.call('echo', { text: 'alive' })).toMatchObject({ text: 'alive' });
    expect(rig.states()).not.toContain('reconnecting');
  },
);
