// A protected server with its authorization server, and windows that use it: each with its own authorizer, all with one vault.
import { onTestFinished } from 'vitest';
import { type Clock, realClock } from '../../../src/base/clock.ts';
import type { OAuthWish } from '../../../src/core/settings.ts';
import { Authorizers } from '../../../src/mcp/auth/authorizers.ts';
import type { Authorizer, Landings, Mutex, TokenVault } from '../../../src/mcp/auth/ports.ts';
import { readStored, type Stored } from '../../../src/mcp/auth/stored.ts';
import { HttpLink } from '../../../src/mcp/http.ts';
import { targetOf } from '../../../src/mcp/target.ts';
import { KnownSecrets } from '../../../src/runtime/knownSecrets.ts';
import type { Fate } from '../../../src/runtime/ports.ts';
import { StoreMutex } from '../../../src/store/mutex.ts';
import { type OAuthProvider, startOAuthProvider } from '../../servers/oauthProvider.ts';
import { type OAuthResource, startOAuthResource } from '../../servers/oauthResource.ts';
import { headlessLanding } from '../../support/headlessBrowser.ts';
import { MemoryVault } from '../../support/memoryVault.ts';
import { aServer, Heard, newSession, silentLog } from '../linkRig.ts';

export interface World {
  readonly provider: OAuthProvider;
  readonly resource: OAuthResource;
}

export const aWorld = async (): Promise<World> => {
  let resource: OAuthResource | null = null;
  const provider = await startOAuthProvider(() => resource?.url ?? '');
  onTestFinished(() => provider.close());
  const made = await startOAuthResource(() => provider);
  resource = made;
  onTestFinished(() => made.close());
  return { provider, resource: made };
};

/** Real time, with a wall clock that can be moved. */
export class MovableClock implements Clock {
  ahead = 0;
  readonly after: Clock['after'] = (delay, run) => realClock.after(delay, run);
  readonly steady = (): number => realClock.steady();

  now(): number {
    return realClock.now() + this.ahead;
  }
}

export const byItself: OAuthWish = {
  clientId: null,
  clientSecret: null,
  scopes: [],
  grant: 'authorization_code',
};

/** Nobody gives up. */
export const never = (): AbortSignal => new AbortController().signal;

export interface WindowOptions {
  readonly vault?: MemoryVault;
  readonly mutex?: Mutex;
  readonly landings?: Landings;
  readonly wish?: OAuthWish;
  readonly clock?: Clock;
  readonly secrets?: KnownSecrets;
}

const soleMutex = (clock: Clock = realClock): Mutex =>
  new StoreMutex({ folder: '', clock, log: silentLog, loadSqlite: () => undefined });

export const byLoopback = (...given: Parameters<typeof headlessLanding>): Landings => ({
  editor: null,
  loopback: () => Promise.resolve(headlessLanding(...given)),
});

export const makeAuthorizers = (
  vault: TokenVault,
  { clock = realClock, ...options }: WindowOptions = {},
): Authorizers => {
  const authorizers = new Authorizers({
    vault,
    clock,
    mutex: options.mutex ?? soleMutex(clock),
    landings: options.landings ?? byLoopback(),
    logOf: () => silentLog,
    secrets: options.secrets ?? new KnownSecrets(),
  });
  onTestFinished(() => authorizers.dispose());
  return authorizers;
};

export class Window {
  readonly vault: MemoryVault;
  readonly authorizer: Authorizer;
  readonly link: HttpLink;
  readonly #url: string;
  #id = 100;

  constructor({ resource }: World, options: WindowOptions = {}) {
    const { clock = realClock, vault = new MemoryVault(), wish = byItself } = options;
    this.vault = vault;
    this.#url = resource.url;
    const server = aServer(resource.url, { oauth: wish });
    const authorizer = makeAuthorizers(vault, options).of(server);
    if (!authorizer) throw new Error('The server has no sign-in.');
    this.authorizer = authorizer;
    this.link = new HttpLink(
      {
        ...{ authorizer, clock, headers: {}, connectTimeout: 10_000, log: silentLog },
        ...{ target: targetOf(this.#url), maxMessageBytes: 2 ** 20 },
      },
      newSession,
      new Heard(),
    );
    onTestFinished(() => this.link.close(false));
  }

  signIn(signal: AbortSignal = never()): Promise<void> {
    return this.authorizer.signIn(signal);
  }

  /** The handshake. */
  async open(): Promise<Fate> {
    const clientInfo = { name: 'test', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo };
    const request = { jsonrpc: '2.0', id: 1, method: 'initialize', params } as const;
    const fate = await this.link.exchange(request, {});
    if (fate.kind !== 'answered') return fate;
    this.link.useVersion('2025-11-25');
    await this.link.tell({ jsonrpc: '2.0', method: 'notifications/initialized' });
    return fate;
  }

  call(name: 'echo' | 'write', text: string): Promise<Fate> {
    this.#id += 1;
    const params = { name, arguments: { text } };
    return this.link.exchange({ jsonrpc: '2.0', id: this.#id, method: 'tools/call', params }, {});
  }

  /** What the vault keeps. */
  get stored(): Stored {
    const [text] = this.vault.texts.values();
    const stored = text === undefined ? null : readStored(text);
    if (!stored) throw new Error('The vault keeps nothing.');
    return stored;
  }
}

/** A window that a person has signed in from, with its handshake done. */
export const aSignedInWindow = async (world: World, options: WindowOptions = {}) => {
  const window = new Window(world, options);
  await window.open();
  await window.signIn();
  const fate = await window.open();
  if (fate.kind !== 'answered') throw new Error(`The handshake ended ${fate.kind}.`);
  return window;
};
