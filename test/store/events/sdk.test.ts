// The store as a plain module for servers that are made with the MCP SDK.
import type { EventStore } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Events } from '../../../src/store/events/events.ts';
import { openEvents } from '../../../src/store/events/openEvents.ts';
import { sdkEventStore } from '../../../src/store/events/sdkEvents.ts';
import { aFolder } from '../fixtures.ts';
import { someEvents } from './eventFixtures.ts';
import { RawClient, SdkSession, type SseEvent } from './sdkRig.ts';

const open = (folder?: string): Events => {
  const opened = openEvents(folder === undefined ? {} : { folder });
  onTestFinished(() => opened.dispose());
  return opened.events;
};

const started = async (events: Events): Promise<[SdkSession, RawClient]> => {
  const session = new SdkSession(events);
  await session.open();
  const client = new RawClient(session);
  await client.hello();
  return [session, client];
};

const textsOf = (events: readonly SseEvent[]): readonly unknown[] =>
  events.map(({ data }) => {
    if (data === null) return null;
    const message = JSON.parse(data) as {
      readonly params?: { readonly data: string };
      readonly result?: { readonly content: readonly { readonly text: string }[] };
    };
    return message.params?.data ?? message.result?.content[0]?.text;
  });

const call = { id: 7, method: 'tools/call', params: { name: 'slow', arguments: {} } };

describe.each([
  ['in memory', () => open()],
  ['in SQLite', () => open(aFolder())],
])("the SDK's server transport with events %s", (_name, make) => {
  it('primes an answer stream, and resumes it after a cut from any event [resume-stream]', async () => {
    const [session, client] = await started(make());
    const stream = await client.post(call);
    const [priming, working] = await stream.until(2);
    expect(textsOf(stream.events)).toEqual([null, 'working']);
    stream.cut();
    session.finish();
    const resumed = await client.get(working?.id);
    expect(textsOf(await resumed.until(1))).toEqual(['done']);
    resumed.cut();
    const again = await client.get(priming?.id);
    expect(textsOf(await again.until(2))).toEqual(['working', 'done']);
    expect(again.events[0]?.id).toBe(working?.id);
  });

  it('resumes the standalone stream: nothing is lost, nothing comes twice, and it goes on [resume-stream]', async () => {
    const [session, client] = await started(make());
    const stream = await client.get();
    await session.say('one');
    const [one] = await stream.until(1);
    stream.cut();
    await session.say('two');
    await session.say('three');
    const resumed = await client.get(one?.id);
    expect(textsOf(await resumed.until(2))).toEqual(['two', 'three']);
    await session.say('four');
    expect(textsOf(await resumed.until(3))).toEqual(['two', 'three', 'four']);
  });

  it('gives nobody what was said to another session, though the SDK calls their streams the same', async () => {
    const events = make();
    const [one, its] = await started(events);
    const [other, others] = await started(events);
    const [first, second] = [await its.get(), await others.get()];
    await one.say('for one');
    await other.say('for the other');
    const [cursor] = await first.until(1);
    await second.until(1);
    await other.say('more for the other');
    first.cut();
    await one.say('more for one');
    const resumed = await its.get(cursor?.id);
    expect(textsOf(await resumed.until(1))).toEqual(['more for one']);
    second.cut();
    expect((await others.get(cursor?.id)).response.status).toBe(400);
  });
});

describe('the EventStore interface', () => {
  it('has done its work when the call returns: the promise is kept already', async () => {
    const { events } = someEvents();
    const store: EventStore = sdkEventStore(events, 's');
    const message = { jsonrpc: '2.0', method: 'notifications/ping' } as const;
    const stored = store.storeEvent('_GET_stream', message);
    expect(events.readAfter('s/_GET_stream', null)).toHaveLength(1);
    // Of two settled promises the one named first wins the race.
    expect(await Promise.race([stored, Promise.resolve('late')])).not.toBe('late');
    const found = store.getStreamIdForEventId?.(await stored);
    expect(await Promise.race([found, Promise.resolve('late')])).toBe('_GET_stream');
  });

  it('does not replay priming events, which have no data that a client could read', async () => {
    const { events } = someEvents();
    const store = sdkEventStore(events, 's');
    const first = await store.storeEvent('a', {} as never);
    await store.storeEvent('a', {} as never);
    const last = await store.storeEvent('a', { jsonrpc: '2.0', method: 'notifications/x' });
    const sent: string[] = [];
    const send = (id: string): Promise<void> => Promise.resolve(void sent.push(id));
    expect(await store.replayEventsAfter(first, { send })).toBe('a');
    expect(sent).toEqual([last]);
  });

  it('refuses what is no message, and cursors that it does not know, in words', async () => {
    const { events } = someEvents();
    const store = sdkEventStore(events, 's');
    const send = (): Promise<void> => Promise.resolve();
    await expect(store.storeEvent('a', { what: 1 } as never)).rejects.toThrow('JSON-RPC');
    await expect(store.replayEventsAfter('nonsense', { send })).rejects.toThrow('unknown');
    expect(await store.getStreamIdForEventId('nonsense')).toBeUndefined();
  });

  it('keeps sessions apart, whatever their ids are', async () => {
    const { events } = someEvents();
    const message = { jsonrpc: '2.0', method: 'notifications/x' } as const;
    const id = await sdkEventStore(events, 'a/b').storeEvent('c', message);
    expect(await sdkEventStore(events, 'a').getStreamIdForEventId(id)).toBeUndefined();
    expect(await sdkEventStore(events, 'a/b').getStreamIdForEventId(id)).toBe('c');
  });
});
