// Sleep, a changed network and the window's focus are told, once each.
import type { NetworkInterfaceInfo } from 'node:os';
import { expect, test } from 'vitest';
import { NetworkWatch } from '../../src/mcp/network.ts';
import { Source } from '../../src/base/signal.ts';
import { VirtualClock } from '../support/virtualClock.ts';

const anAddress = (address: string, internal = false): NetworkInterfaceInfo => ({
  address,
  internal,
  family: 'IPv4',
  netmask: '255.255.255.0',
  mac: '00:00:00:00:00:00',
  cidr: `${address}/24`,
});

const watching = (first: NetworkInterfaceInfo[] = [anAddress('10.0.0.1')]) => {
  const clock = new VirtualClock();
  const net = { now: { eth0: first } as Record<string, NetworkInterfaceInfo[]> };
  const needed = new Source(true);
  const watch = new NetworkWatch({ clock, needed, interfaces: () => net.now });
  const heard: string[] = [];
  watch.onWake((why) => heard.push(why));
  return { clock, net, needed, watch, heard };
};

test('a quiet hour says nothing', async () => {
  const { clock, heard } = watching();
  await clock.advance(3_600_000);
  expect(heard).toEqual([]);
});

test('sleep is told once', async () => {
  const { clock, heard } = watching();
  clock.jump(60_000);
  await clock.advance(30_000);
  expect(heard).toEqual(['slept']);
});

test('sleep is told with its length, whoever else gave no sign for longer', async () => {
  const { clock, watch } = watching();
  const lengths: number[] = [];
  watch.onSlept((length) => lengths.push(length));
  await clock.advance(3 * 3_600_000);
  clock.jump(60_000);
  await clock.advance(30_000);
  const told = lengths.map((length) => length >= 60_000 && length <= 65_000);
  expect(told).toEqual([true]);
});

test('a short stall is no sleep', async () => {
  const { clock, heard } = watching();
  clock.jump(4_000);
  await clock.advance(30_000);
  expect(heard).toEqual([]);
});

test('a new address is a new network, told once', async () => {
  const { clock, net, heard } = watching();
  net.now = { eth0: [anAddress('10.0.0.1')], tun0: [anAddress('172.16.0.5')] };
  await clock.advance(30_000);
  expect(heard).toEqual(['network']);
});

test('loopback, link-local addresses and their order mean nothing', async () => {
  const { clock, net, heard } = watching([anAddress('10.0.0.1'), anAddress('10.0.0.2')]);
  net.now = {
    veth1: [anAddress('fe80::1'), anAddress('169.254.1.1')],
    lo: [anAddress('127.0.0.2', true)],
    eth0: [anAddress('10.0.0.2'), anAddress('10.0.0.1')],
  };
  await clock.advance(30_000);
  expect(heard).toEqual([]);
});

test('no timer runs while nobody needs it, and what happened meanwhile is no news', async () => {
  const { clock, net, needed, heard } = watching();
  needed.set(false);
  expect(clock.pending).toBe(0);
  clock.jump(60_000);
  net.now = { tun0: [anAddress('172.16.0.5')] };
  needed.set(true);
  await clock.advance(30_000);
  expect(heard).toEqual([]);
  clock.jump(60_000);
  await clock.advance(30_000);
  expect(heard).toEqual(['slept']);
});

test('focus is passed on, and nothing after the end', async () => {
  const { clock, watch, heard } = watching();
  watch.focused();
  expect(heard).toEqual(['focus']);
  watch.dispose();
  watch.focused();
  clock.jump(60_000);
  await clock.advance(30_000);
  expect(heard).toEqual(['focus']);
  expect(clock.pending).toBe(0);
});
