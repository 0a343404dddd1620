// What a gateway, its port keeper and the next gateway say to one another: orders to a keeper, and the word at which it leaves. A
// keeper never has the token: what it was given proves that somebody knows it, and opens nothing. Pure.
// Not here: the keeper (keeperDuty.ts), whoever starts it (portKeeper.ts), and whoever sends it away (keeperMeeting.ts).
import { hash, timingSafeEqual } from 'node:crypto';
import type { Millis } from '../base/clock.ts';
import { clientHeader } from '../core/clientEntry.ts';
import { digestOf } from './guard.ts';

export interface KeeperOrders {
  /** Always on 127.0.0.1. */
  readonly port: number;
  /** Whether it has the file that shows which of the gateway's connections carry an answer that has begun. */
  readonly knowsBegun: boolean;
  readonly holdFor: Millis;
  readonly maxConnections: number;
  /** SHA-256 of the token in hex, by which those who know it are told from strangers. */
  readonly digest: string;
  readonly leaveWord: string;
}

/** The descriptor under which a keeper finds the file that it inherits: the first after the usual three. */
export const begunDescriptor = 3;
/** With it the gateway knows that a keeper brings a request, and lets that connection end with its answer. */
export const keptHeader = 'mcp-lifeline-kept';
const leaveHeader = 'mcp-lifeline-leave';

/** Whoever listens at our port learns nothing from it that would open the gateway. */
const leaveWordOf = (token: string): string => hash('sha256', `leave ${token}`, 'hex');

export const ordersFor = (
  token: string,
  terms: Pick<KeeperOrders, 'port' | 'knowsBegun' | 'holdFor' | 'maxConnections'>,
): KeeperOrders => ({
  ...terms,
  digest: digestOf(token).toString('hex'),
  leaveWord: leaveWordOf(token),
});

/** What a gateway tells its keeper, over their channel; the end of that is the end of the gateway. */
export type KeeperMessage =
  | { readonly kind: 'orders'; readonly orders: KeeperOrders }
  /** The listening socket comes with it: take what comes there, and bring it. */
  | { readonly kind: 'serve' }
  /** No keeper of an earlier life has the port any more. Until it is said, that one goes on where the gateway ends. */
  | { readonly kind: 'alone' }
  /** Take what comes, and keep it. With the listening socket, where there is one that the keeper does not have. */
  | { readonly kind: 'hold' }
  /** A connection comes with it, to be held open. */
  | { readonly kind: 'shared'; readonly id: number }
  /** That one has ended. */
  | { readonly kind: 'closed'; readonly id: number }
  /** They are all the keeper's now: nobody else reads from them any more. */
  | { readonly kind: 'inherit' };

/** What a keeper tells its gateway. */
export type KeeperNews =
  | { readonly kind: 'ready' | 'serving' | 'holding' }
  /** A connection comes with it, which the keeper holds open too. */
  | { readonly kind: 'came'; readonly id: number };

/** To be asked of whoever listens at a port. Any other program, a gateway too, is asked for nothing but its health. */
export const leaveRequest = (port: number, token: string): string =>
  [
    'GET /health HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    `${leaveHeader}: ${leaveWordOf(token)}`,
    '',
    '',
  ].join('\r\n');

/** Said by a keeper that may be told to leave, along the same connection. */
export const hereResponse = ['HTTP/1.1 204 No Content', 'mcp-lifeline-keeper: here', '', ''].join(
  '\r\n',
);

/** Whether what was heard is that, whole. */
export const isKeeperHere = (heard: string): boolean => heard === hereResponse;
export const leaveCommand = 'leave\n';
export const leftAnswer = 'left\n';

/** Words and no JSON, as the gateway itself refuses what it has not read (reply.ts). */
const refusal = (words: string): string =>
  [
    'HTTP/1.1 503 Service Unavailable',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(words)}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    words,
  ].join('\r\n');

export const goneResponse = refusal(
  'The gateway of MCP Lifeline has ended and did not come back. Nothing was done. Open its editor window, or start it again.\n',
);

/**
 * For whoever waits for an answer that had not begun when its gateway went: the same request once more, to the same URL (a fragment is
 * not sent; RFC 9110, section 10.2.2). Clients send the same body again by themselves (section 15.4.8), and the next gateway
 * knows by its id whether it has run. Who waits for nothing drops the connection, as it would at its end.
 */
export const againResponse = [
  'HTTP/1.1 307 Temporary Redirect',
  'Location: #',
  'Content-Length: 0',
  'Cache-Control: no-store',
  'Connection: close',
  '',
  '',
].join('\r\n');

export const awayResponse = refusal('The gateway of MCP Lifeline is away for a moment.\n');

const valueIn = (head: string, header: string): string | null =>
  new RegExp(`^${header}: *(.*?) *\r?$`, 'im').exec(head)?.[1] ?? null;

const isSame = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other);

/** `head`: a request up to its body, as text. */
export const asksToLeave = (head: string, { leaveWord }: KeeperOrders): boolean => {
  const word = valueIn(head, leaveHeader);
  return word !== null && isSame(Buffer.from(word), Buffer.from(leaveWord));
};

/** Whether a request begins with what came first along a connection; or goes on there whose beginning others have read. */
export const beginsRequest = (chunk: Buffer): boolean =>
  /^(?:POST|GET|DELETE) \//.test(chunk.toString('latin1', 0, 8));

/** Longer than a keeper takes to leave when the next gateway listens. */
const bridgeWaits: Millis = 250;

/**
 * How long a request waits before its sender is told that the gateway is away; null: as long as the keeper holds the port. Monitors want
 * to know how it is now. Our own bridge waits by itself, knowing better for what; it is told after a moment, in which the
 * next gateway may have come, for it might have heard of that already.
 */
export const waitOf = (head: string): Millis | null => {
  if (/^\w+ \/health\b/.test(head)) return 0;
  return valueIn(head, clientHeader) === 'bridge' ? bridgeWaits : null;
};

export const knowsToken = (head: string, { digest }: KeeperOrders): boolean => {
  const token = /^bearer +(\S+)$/i.exec(valueIn(head, 'authorization') ?? '')?.[1];
  return token !== undefined && isSame(digestOf(token), Buffer.from(digest, 'hex'));
};
