// Connections to a gateway whose bytes are written and read by hand.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import type { Place } from '../headless/headlessProcess.ts';

/** So that a keeper left behind by a test does not stay for long, and longer than a gateway takes to come back. */
export const forTests = { lifeline: { 'gateway.keepPort': 10_000 } };

/** A connection whose bytes are written and read by hand. */
export class Wire {
  readonly socket: Socket;
  heard = '';
  isClosed = false;

  constructor({ url }: Place) {
    this.socket = connect({ host: '127.0.0.1', port: Number(new URL(url).port) });
    this.socket.on('error', () => undefined);
    this.socket.on('data', (chunk: Buffer) => (this.heard += String(chunk)));
    this.socket.once('close', () => (this.isClosed = true));
    onTestFinished(() => void this.socket.destroy());
  }

  /** Resolves when the system of the other side has the bytes, whoever reads them. */
  send(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(text, () => resolve());
    });
  }

  hears(text: string): Promise<void> {
    return expect.poll(() => this.heard, { timeout: 10_000 }).toContain(text);
  }
}

export const aWire = async (place: Place): Promise<Wire> => {
  const wire = new Wire(place);
  await once(wire.socket, 'connect');
  return wire;
};

const hello = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'by hand', version: '1' },
};

export const greeting = (id: number, { token }: Place, more = ''): readonly [string, string] => {
  const body = JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params: hello });
  const head = [
    'POST /mcp/lifeline HTTP/1.1',
    `Host: 127.0.0.1`,
    `Authorization: Bearer ${token}`,
    'Accept: application/json, text/event-stream',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  return [`${head.join('\r\n')}\r\n${more}\r\n`, body];
};
