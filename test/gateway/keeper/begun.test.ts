// What a keeper sees of the answers of its gateway, with real connections: which have begun, and are not whole.
import { once } from 'node:events';
import { fstatSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BegunMarks, hasBegun, readBegun, showBegunAt } from '../../../src/gateway/begun.ts';
import { endWith, jsonReply, send } from '../../../src/gateway/reply.ts';

const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'begun-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
};

const someMarks = (folder = aFolder()): BegunMarks => {
  const marks = BegunMarks.open(folder);
  if (marks === null) throw new Error('There is no room.');
  onTestFinished(() => marks.dispose());
  return marks;
};

const seen = ({ descriptor }: BegunMarks, ...numbers: number[]): number[] => [
  ...readBegun(descriptor, numbers),
];

const number = 3;

/** A connection on which this is being answered; its client reads nothing of it yet. */
const answering = async (marks: BegunMarks, answer: (response: ServerResponse) => void) => {
  const server = createServer((_, response) => answer(response));
  server.on('connection', (socket: Socket) => showBegunAt(socket, marks.of(number)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening at a port, its address is one.
  const { port } = server.address() as AddressInfo;
  const client = connect({ host: '127.0.0.1', port });
  client.pause();
  onTestFinished(() => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  });
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(server, 'request');
  return client;
};

const isShown = (marks: BegunMarks): boolean => seen(marks, number).length === 1;

test('an answer that goes out at once is never shown', async () => {
  const marks = someMarks();
  await answering(marks, (response) => {
    send(response, jsonReply(200, { text: 'x'.repeat(3000) }));
    expect(isShown(marks)).toBe(false);
  });
  expect(isShown(marks)).toBe(false);
});

test('[at-most-once] one that goes on is shown from its beginning to its last words', async () => {
  const marks = someMarks();
  let response: ServerResponse | undefined;
  await answering(marks, (made) => {
    response = made;
    made.writeHead(200);
    made.write('begun');
    made.socket?.uncork();
    expect(isShown(marks)).toBe(false);
    hasBegun(made);
    hasBegun(made);
  });
  expect(isShown(marks)).toBe(true);
  if (response) endWith(response, ['the last']);
  expect(isShown(marks)).toBe(false);
});

test('[at-most-once] one that the system does not take at once is shown until all of it is gone', async () => {
  const marks = someMarks();
  // More than the buffers of both sides hold.
  const large = 'x'.repeat(64 * 1024 * 1024);
  const client = await answering(marks, (response) => send(response, jsonReply(200, { large })));
  expect(isShown(marks)).toBe(true);
  client.resume();
  await expect.poll(() => isShown(marks)).toBe(false);
});

test('[at-most-once] one whose last words wait behind others is shown until they are gone', async () => {
  const marks = someMarks();
  const client = await answering(marks, (response) => {
    response.writeHead(200);
    response.write('x'.repeat(64 * 1024 * 1024));
    hasBegun(response);
    endWith(response, ['the last']);
  });
  expect(isShown(marks)).toBe(true);
  client.resume();
  await expect.poll(() => isShown(marks)).toBe(false);
});

test('answers on other connections are not shown, nor those of one that had its number before', () => {
  const marks = someMarks();
  const first = marks.of(0);
  marks.of(1).change(1);
  first.change(1);
  first.change(1);
  first.change(-1);
  // The last was never given away.
  expect(seen(marks, 0, 1, 2, 4095, 4096)).toEqual([0, 1]);
  first.clear();
  expect(seen(marks, 0, 1)).toEqual([1]);
  // An answer that ends after its connection did.
  first.change(1);
  expect(seen(marks, 0, 1)).toEqual([1]);
  marks.of(1);
  expect(seen(marks, 0, 1)).toEqual([]);
});

test('[clean-exit] it has no name that anybody could find, and writes nothing when it was closed', () => {
  const folder = aFolder();
  const marks = someMarks(folder);
  const mark = marks.of(0);
  expect(readdirSync(folder)).toEqual([]);
  marks.dispose();
  // The system gives the lowest number that is free, which was its own.
  const other = openSync(join(folder, 'other'), 'wx+', 0o600);
  expect(other).toBe(marks.descriptor);
  mark.change(1);
  expect(fstatSync(other).size).toBe(0);
  expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('');
});

test('where there is no room nobody knows', () => {
  expect(BegunMarks.open(join(aFolder(), 'nowhere'))).toBeNull();
});
