// Between Node's HTTP server and the SDK's web-standard transport; keeps the open streams at hand, so that a test can
// break them in the ways in which networks do.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Doom } from '../doom.ts';

export const readBody = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
};

export const asWebRequest = (request: IncomingMessage, body: string): Request => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const method = request.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD' && body !== '';
  return new Request(`http://127.0.0.1${request.url ?? '/'}`, {
    method,
    headers,
    ...(hasBody ? { body } : {}),
  });
};

/** `rst`: the connection is torn. `end`: it is closed in order. `blackhole`: it stays open and nothing comes any more. */
export type Cut = 'rst' | 'end' | 'blackhole';
export type StreamKind = 'standalone' | 'post';

interface OpenStream {
  readonly kind: StreamKind;
  cut(how: Cut): void;
}

/** The answers under way. */
export class Streams {
  readonly #open = new Set<OpenStream>();
  readonly #doom: Doom;

  constructor(doom: Doom) {
    this.#doom = doom;
  }

  /** Cuts the open streams of this kind and tells how many there were. */
  cut(how: Cut, kind: StreamKind | 'all'): number {
    const chosen = [...this.#open].filter((stream) => kind === 'all' || stream.kind === kind);
    for (const stream of chosen) stream.cut(how);
    return chosen.length;
  }

  /** Sends the answer; `first` goes out before its body. Resolves when the answer or its connection has ended. */
  async pass(
    answer: Response,
    response: ServerResponse,
    kind: StreamKind,
    first = '',
  ): Promise<void> {
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    const reader = answer.body?.getReader();
    if (reader === undefined) {
      response.end();
      return;
    }
    response.flushHeaders();
    if (first !== '') response.write(first);
    let deaf = false;
    const forget = (): void => {
      this.#open.delete(stream);
      // The SDK learns by this that nobody listens any more.
      reader.cancel().catch((error: unknown) => console.error(error));
    };
    const stream: OpenStream = {
      kind,
      cut: (how) => {
        if (how === 'blackhole') {
          deaf = true;
          return;
        }
        forget();
        if (how === 'rst') response.socket?.resetAndDestroy();
        else response.end();
      },
    };
    this.#open.add(stream);
    response.once('close', forget);
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (!deaf) await this.#write(response, part.value as Uint8Array, kind);
    }
    this.#open.delete(stream);
    // A black hole says nothing, not even that it ended.
    if (!deaf) response.end();
  }

  /** The last thing of a life that ends in the middle of an answer is the part of it that has left. */
  async #write(response: ServerResponse, part: Uint8Array, kind: StreamKind): Promise<void> {
    const limit = kind === 'post' ? this.#doom.limitOf(Buffer.from(part).toString('utf8')) : null;
    if (limit === null) {
      response.write(part);
      return;
    }
    await new Promise((resolve) => response.write(part.subarray(0, limit), resolve));
    this.#doom.die();
  }
}
