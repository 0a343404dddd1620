// The way to a server with every reason that comes back from it made free of secrets: what a server, a proxy or a library says of
// a failure may quote what it was sent. Everything that is told of failures (state, history, notices, reports, refusals of calls)
// begins here, and so does what a server answers when it refuses our greeting. All other answers are the caller's own and pass
// untouched. Not here: what is a secret (knownSecrets.ts).
import { ConnectionError } from '../core/connection/failure.ts';
import { cleanDetail } from '../core/wording/detail.ts';
import type { RpcId, RpcNotification, RpcRequest, RpcResponse } from '../core/rpc.ts';
import { PassingLink } from './passingLink.ts';
import type {
  Dialer,
  ExchangeOptions,
  Fate,
  Link,
  LinkEvents,
  Prober,
  Reach,
  SessionRef,
  SettledReach,
} from './ports.ts';

/** The part of `KnownSecrets` that is needed here. */
export interface Cleaner {
  clean(text: string): string;
  add(owner: string, secret: string): void;
}

type Clean = (text: string) => string;

/** Who knows the id of a session may use it, and servers like to quote it when they refuse it. */
const cleanFor =
  (secrets: Cleaner, session: () => SessionRef): Clean =>
  (text) => {
    const { id } = session();
    if (id !== null) secrets.add('sessions', id);
    return secrets.clean(text);
  };

const cleanFate = (fate: Fate, clean: Clean): Fate =>
  'failure' in fate ? { ...fate, failure: cleanDetail(fate.failure, clean) } : fate;

/** The words of a refusal become the reason why there is no connection (handshake.ts). */
const cleanGreeting = (fate: Fate, clean: Clean): Fate => {
  if (fate.kind !== 'answered' || !('error' in fate.response)) return cleanFate(fate, clean);
  const { response } = fate;
  const error = { ...response.error, message: clean(response.error.message) };
  return { ...fate, response: { ...response, error } };
};

/** The cause goes too: it is the very error that holds the secret, and a stack would quote it. */
const cleanError = (error: unknown, clean: Clean): unknown => {
  if (!(error instanceof ConnectionError)) return error;
  const failure = cleanDetail(error.failure, clean);
  return failure === error.failure ? error : new ConnectionError(failure);
};

const rethrow =
  (clean: Clean) =>
  (error: unknown): never => {
    throw cleanError(error, clean);
  };

class CleanLink extends PassingLink {
  readonly #clean: (fate: Fate) => Fate;
  readonly #cleanGreeting: (fate: Fate) => Fate;

  constructor(link: Link, secrets: Cleaner) {
    super(link);
    const clean = cleanFor(secrets, () => link.session);
    this.#clean = (fate) => cleanFate(fate, clean);
    this.#cleanGreeting = (fate) => cleanGreeting(fate, clean);
  }

  override exchange(request: RpcRequest, options: ExchangeOptions): Promise<Fate> {
    const clean = request.method === 'initialize' ? this.#cleanGreeting : this.#clean;
    return this.link.exchange(request, options).then(clean);
  }

  override tell(message: RpcNotification | RpcResponse): Promise<Fate> {
    return this.link.tell(message).then(this.#clean);
  }

  override resume(id: RpcId, cursor: string, options: ExchangeOptions): Promise<Fate> {
    return this.link.resume(id, cursor, options).then(this.#clean);
  }
}

const cleanEvents = (events: LinkEvents, clean: Clean): LinkEvents => ({
  message: (message, stream) => events.message(message, stream),
  heard: () => events.heard(),
  cursor: (stream, cursor) => events.cursor(stream, cursor),
  push: (state) => events.push(state),
  lost: (failure) => events.lost(cleanDetail(failure, clean)),
});

const cleanDialer = (dialer: Dialer, secrets: Cleaner): Dialer => ({
  dial: async (session, events, signal) => {
    let current = session;
    const clean = cleanFor(secrets, () => current);
    const link = await dialer
      .dial(session, cleanEvents(events, clean), signal)
      .catch(rethrow(clean));
    current = link.session;
    return new CleanLink(link, secrets);
  },
});

const cleanProber = (prober: Prober, clean: Clean): Prober => ({
  get isLocal() {
    return prober.isLocal;
  },
  health: (signal) => prober.health(signal).catch(rethrow(clean)),
  listening: (signal) => prober.listening(signal).catch(rethrow(clean)),
});

export const cleanReach = (reach: Reach, secrets: Cleaner): Reach => {
  const clean: Clean = (text) => secrets.clean(text);
  // A way that is kept is the same one each time it is asked for, or nobody could tell that it is.
  const known = new WeakMap<Dialer, Pick<Reach, 'dialer' | 'prober'>>();
  const cleaned = ({ dialer, prober }: Pick<Reach, 'dialer' | 'prober'>) => {
    const pair = known.get(dialer) ?? {
      dialer: cleanDialer(dialer, secrets),
      prober: cleanProber(prober, clean),
    };
    known.set(dialer, pair);
    return pair;
  };
  const { settle } = reach;
  const pair = cleaned(reach);
  if (!settle) return pair;
  return {
    ...pair,
    settle: async (signal): Promise<SettledReach> => {
      const settled = await settle(signal).catch(rethrow(clean));
      return { ...cleaned(settled), meaning: settled.meaning };
    },
  };
};
