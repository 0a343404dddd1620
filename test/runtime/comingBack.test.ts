// Programs at the gateway that come back: after a reload of ours, after the gateway gave them back for a while, and to a server
// that was away. What they asked and set meanwhile is neither lost nor done for nobody.
import { describe, expect, it } from 'vitest';
import { ProgramFleet } from '../support/programFleet.ts';

const kinds = ['perClient', 'shared'] as const;
/** After this long trouble begins anew: the next loss is met by a try at once. */
const stable = 31_000;

describe.each(kinds)('a setting that is made while the server is away (%s)', (connection) => {
  it('reaches the same session when it is back', async () => {
    const rig = new ProgramFleet({ connection });
    const { client } = rig.program('one');
    await rig.clock.advance(stable);
    rig.goDown();
    const id = client.request('resources/subscribe', { uri: 'x' });
    await rig.settle();
    expect(client.outcome(id)).toBe('result');
    rig.server.acceptDialling();
    await rig.clock.advance(60_000);
    expect(rig.count('resources/subscribe')).toBeGreaterThan(0);
    rig.server.say('notifications/resources/updated', { uri: 'x' });
    expect(client.notices).toContain('resources/updated');
  });

  it('reaches a server that has just said hello', async () => {
    const rig = new ProgramFleet({ connection });
    const { attached, client } = rig.program('one');
    // A client in this process answers its welcome in the same moment.
    attached.end.onMessage((message) => {
      if ('id' in message && message.id === 'hello')
        client.request('logging/setLevel', { level: 'debug' }, 'level');
    });
    await rig.clock.advance(5000);
    expect(client.outcome('level')).toBe('result');
    expect(rig.count('logging/setLevel')).toBe(1);
  });

  it('is set again when the server was lost before it could take it', async () => {
    const rig = new ProgramFleet({ connection });
    const { client } = rig.program('one');
    await rig.clock.advance(stable);
    rig.goDown();
    client.request('logging/setLevel', { level: 'debug' });
    rig.server.stall('logging/setLevel');
    rig.server.acceptDialling();
    await rig.clock.advance(stable);
    rig.goDown();
    rig.server.forgetSession();
    await rig.clock.advance(100_000);
    rig.server.proceed('logging/setLevel');
    const before = rig.count('logging/setLevel');
    rig.server.acceptDialling();
    await rig.clock.advance(stable);
    expect(rig.count('logging/setLevel')).toBeGreaterThan(before);
  });
});

it('a subscription on a shared connection outlives a reload [reload-survives]', async () => {
  const rig = new ProgramFleet({ connection: 'shared' });
  const before = rig.program('one');
  await rig.settle();
  before.client.request('resources/subscribe', { uri: 'x' });
  await rig.settle();
  await rig.reload();
  const { client, attached } = rig.program('one', true);
  attached.claim();
  await rig.settle();
  client.heard.length = 0;
  rig.server.say('notifications/resources/updated', { uri: 'x' });
  expect(client.notices).toContain('resources/updated');
});

describe.each(kinds)('a program that is given back while its call runs (%s)', (connection) => {
  const givenBack = async (): Promise<ProgramFleet> => {
    const rig = new ProgramFleet({ connection });
    const { attached, client } = rig.program('one');
    await rig.settle();
    client.request('tools/call', { name: 'write' }, 'old');
    await rig.settle();
    for (const link of rig.server.links)
      for (const id of link.open) link.events.cursor(`request:${Number(id)}`, 'c1');
    attached.dispose();
    await rig.settle();
    return rig;
  };

  it('claims it when it comes again, and gets its answer [never-lost]', async () => {
    const rig = await givenBack();
    const { attached, client } = rig.program('one', true);
    expect(attached.claim()).toEqual(['old']);
    await rig.settle();
    rig.answerAll();
    await rig.settle();
    expect(client.outcome('old')).toBe('result');
    expect([rig.count('tools/call'), rig.kept]).toEqual([1, []]);
  });

  it('is told of an answer that came meanwhile, or waits for it, once [never-lost]', async () => {
    const rig = await givenBack();
    rig.answerAll();
    await rig.settle();
    const { attached, client } = rig.program('one', true);
    attached.claim();
    await rig.settle();
    rig.answerAll();
    await rig.settle();
    expect(client.outcome('old')).toBe('result');
    expect(attached.claim()).toEqual([]);
  });
});

describe.each(kinds)('a call of an earlier life (%s)', (connection) => {
  const held = async (): Promise<ProgramFleet> => {
    const rig = new ProgramFleet({ connection });
    const { client } = rig.program('one');
    await rig.clock.advance(stable);
    rig.goDown();
    client.request('tools/call', { name: 'write' }, 'old');
    await rig.settle();
    await rig.reload();
    return rig;
  };

  it('can be cancelled by its program', async () => {
    const rig = await held();
    const { attached, client } = rig.program('one', true);
    expect(attached.claim()).toEqual(['old']);
    client.cancel('old');
    rig.server.acceptDialling();
    await rig.clock.advance(5000);
    expect(rig.count('tools/call')).toBe(0);
    expect(rig.kept).toEqual([]);
  });

  it('goes with a program that leaves, claimed or not', async () => {
    const rig = await held();
    const { attached } = rig.program('one', true);
    await attached.leave();
    rig.server.acceptDialling();
    await rig.clock.advance(5000);
    expect(rig.kept).toEqual([]);
    expect(rig.count('tools/call')).toBe(0);
  });
});

describe.each(kinds)('a program that leaves (%s)', (connection) => {
  it('has no call run after it', async () => {
    const rig = new ProgramFleet({ connection });
    const { attached, client } = rig.program('one');
    await rig.clock.advance(stable);
    rig.goDown();
    client.request('tools/call', { name: 'write' });
    await rig.settle();
    await attached.leave();
    rig.server.acceptDialling();
    await rig.clock.advance(20_000);
    expect(rig.count('tools/call')).toBe(0);
    expect(rig.kept).toEqual([]);
  });

  it('leaves the calls of others alone', async () => {
    const rig = new ProgramFleet({ connection });
    const one = rig.program('one');
    const two = rig.program('two');
    await rig.settle();
    one.client.request('tools/call', { name: 'write' }, 'of one');
    two.client.request('tools/call', { name: 'write' }, 'of two');
    await rig.settle();
    await one.attached.leave();
    rig.answerAll();
    await rig.settle();
    expect(two.client.outcome('of two')).toBe('result');
    expect(rig.kept).toEqual([]);
  });
});

it('a server that is removed leaves no record of its programs', async () => {
  const rig = new ProgramFleet();
  rig.program('one');
  await rig.settle();
  expect(rig.records.load('a', 'one')).not.toBeNull();
  rig.settings.set({ ...rig.settings.value, servers: [] });
  await rig.settle();
  expect(rig.records.load('a', 'one')).toBeNull();
});

describe('a call of a marked tool on a trusted server', () => {
  const trusting = async (annotations: object): Promise<ProgramFleet> => {
    const rig = new ProgramFleet({ trustHints: true });
    rig.server.tools = [{ name: 'read', inputSchema: {}, annotations }];
    const { client } = rig.program('one');
    await rig.settle();
    client.request('tools/list');
    await rig.settle();
    client.request('tools/call', { name: 'read' }, 'old');
    await rig.settle();
    await rig.reload();
    rig.server.answersCalls = true;
    return rig;
  };

  it('is repeated after a reload too, before our views have listed it [safe-replay]', async () => {
    const rig = await trusting({ readOnlyHint: true });
    const { attached, client } = rig.program('one', true);
    attached.claim();
    await rig.clock.advance(20_000);
    expect(client.outcome('old')).toBe('result');
    expect(rig.count('tools/call')).toBe(2);
  });

  it('is not repeated without its mark [at-most-once]', async () => {
    const rig = await trusting({});
    const { attached, client } = rig.program('one', true);
    attached.claim();
    await rig.clock.advance(20_000);
    expect(client.outcome('old')).toBe('unknown');
    expect(rig.count('tools/call')).toBe(1);
  });

  it('is not repeated when its mark is gone after the reload [at-most-once]', async () => {
    const rig = await trusting({ readOnlyHint: true });
    rig.server.tools = [{ name: 'read', inputSchema: {} }];
    const { attached, client } = rig.program('one', true);
    attached.claim();
    await rig.clock.advance(20_000);
    expect(client.outcome('old')).toBe('unknown');
    expect(rig.count('tools/call')).toBe(1);
  });
});

it('a list that is awaited over a reload is answered while the server is away', async () => {
  const rig = new ProgramFleet();
  const before = rig.program('one');
  await rig.settle();
  before.client.request('tools/list');
  await rig.settle();
  rig.server.stall('tools/list');
  before.client.request('tools/list', {}, 'awaited');
  await rig.settle();
  rig.server.refuseDialling();
  await rig.reload();
  const { attached, client } = rig.program('one', true);
  expect(attached.claim()).toEqual(['awaited']);
  await rig.clock.advance(5000);
  expect(client.outcome('awaited')).toBe('result');
  await rig.clock.advance(120_000);
  expect(client.answersTo('awaited')).toHaveLength(1);
});
