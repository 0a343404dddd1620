// The credentials for one server in this window: which header goes out, what a refusal means, and how a person signs in and out.
// Put together of the parts beside it, which see only what they need. Not here: sending requests (mcp/credentials.ts).
import { type Disposable, Store } from '../../base/disposable.ts';
import { type Signal, Source } from '../../base/signal.ts';
import { ConnectionError, type Failure, wordedFailure } from '../../core/connection/failure.ts';
import type { IdentityWish } from '../../core/settings.ts';
import { unsaid } from '../../core/wording/unsaid.ts';
import { failureOfThrown } from '../failures.ts';
import { type Asking, readChallenge } from './challenge.ts';
import { Desk, type DeskDeps } from './desk.ts';
import { type Found, storedOf } from './discovery.ts';
import { Keeper, type KeeperDeps } from './keeper.ts';
import { LoopGuard } from './loopGuard.ts';
import type { Account, Authorizer, Challenge, Landings, Mutex } from './ports.ts';
import { asksForSignIn, needsNobody, Renewal, type Renewed } from './renewal.ts';
import { revoke } from './revoking.ts';
import { type SignedIn, signInByPage } from './signingIn.ts';
import { type Answer, StepUp } from './stepUp.ts';
import {
  headerOf,
  isDue,
  nothingStored,
  type Stored,
  withClient,
  withoutClient,
} from './stored.ts';

export interface AuthorizerDeps extends DeskDeps, KeeperDeps {
  readonly mutex: Mutex;
  readonly landings: Landings;
}

/** Waits no longer than somebody is interested. */
const orGone = <T>(work: Promise<T>, signal: AbortSignal | undefined, gone: T): Promise<T> => {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(gone);
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
};

const gone: Renewed = {
  kind: 'away',
  failure: wordedFailure('cancelled', unsaid('Nobody waits for the answer any more.')),
};

/** A call that needs more, which nobody is asked for now. */
const lacking = (scopes: readonly string[], answer: Answer): Failure => {
  const names = scopes.join(' ').slice(0, 200);
  const what =
    names === ''
      ? unsaid('The call needs rights that were not granted.')
      : unsaid('The call needs rights that were not granted ({0}).', names);
  const next =
    answer === 'open'
      ? unsaid('Use Sign In on the server to grant them.')
      : unsaid('Sign in with an account that has them.');
  return wordedFailure('lacks-rights', unsaid('{0} {1}', what, next), { status: 403 });
};

export class OAuthAuthorizer implements Authorizer, Disposable {
  readonly #deps: AuthorizerDeps;
  readonly #store = new Store();
  readonly #account = this.#store.add(new Source<Account>('unneeded'));
  readonly #desk: Desk;
  readonly #keeper: Keeper;
  readonly #renewal: Renewal;
  readonly #guard: LoopGuard;
  readonly #stepUp: StepUp;
  /** What the server said when it last asked for a sign-in. */
  #asking: Asking = readChallenge(null);
  #needsPerson = false;
  /** Refused although it was only just renewed. */
  #refused: string | null = null;
  #signingIn: Promise<void> | null = null;

  constructor(deps: AuthorizerDeps) {
    this.#deps = deps;
    const { clock, mutex, key } = deps;
    this.#desk = this.#store.add(new Desk(deps));
    const keeper = this.#store.add(new Keeper(deps));
    this.#keeper = keeper;
    this.#guard = new LoopGuard(clock);
    this.#stepUp = this.#store.add(new StepUp(clock, () => this.#tell()));
    this.#renewal = new Renewal({
      ...{ desk: this.#desk, keeper, mutex, key, clock },
      scopes: (found) => this.#scopes(found),
      resourceMetadataUrl: () => this.#asking.resourceMetadataUrl,
    });
    this.#store.add(keeper.onChange(() => this.#changed()));
  }

  get account(): Signal<Account> {
    return this.#account;
  }

  get demand(): Failure | null {
    return this.#stepUp.demand;
  }

  /** Has the account tell what is kept. */
  async look(): Promise<void> {
    await this.#keeper.load();
  }

  async header(signal?: AbortSignal): Promise<string | null> {
    const stored = await this.#keeper.load();
    const used = headerOf(stored);
    if (!stored.tokens || !isDue(stored.tokens, this.#desk.now())) return used;
    // What has run out goes out all the same where it cannot be renewed: the server may be milder than its clock.
    await orGone(this.#renewal.renew(used), signal, gone);
    return headerOf(this.#keeper.current);
  }

  accepted(used: string | null): void {
    this.#guard.accepted(used);
    if (used === null || used !== this.#refused) return;
    this.#refused = null;
    this.#tell();
  }

  async challenged(
    challenge: Challenge,
    used: string | null,
    signal?: AbortSignal,
  ): Promise<Failure | null> {
    const stored = await this.#keeper.load();
    const asking = readChallenge(challenge.header);
    const current = headerOf(stored);
    // Somebody was quicker: a renewal or a sign-in went on while this request was under way.
    if (current !== null && current !== used) return null;
    if (challenge.status === 403) return this.#needsMore(asking, stored, signal);
    const scopes = asking.scopes.length > 0 ? asking.scopes : this.#asking.scopes;
    this.#asking = { ...asking, scopes };
    if (!this.#guard.mayRenew(used)) return this.#refuse(used);
    return this.#renew(used, signal);
  }

  signIn(signal: AbortSignal): Promise<void> {
    // A second wish while the page is open is the same wish.
    this.#signingIn ??= this.#signIn(signal).finally(() => {
      this.#signingIn = null;
    });
    return this.#signingIn;
  }

  async signOut(): Promise<void> {
    const { mutex, key, log } = this.#deps;
    const before = await mutex.run(key, async () => {
      const stored = await this.#keeper.settled();
      this.#needsPerson = true;
      this.#stepUp.forget();
      await this.#keeper.save({ ...nothingStored, signedOut: true });
      return stored;
    });
    // After it: whatever becomes of the revocation, nothing of ours uses the tokens any more.
    await revoke(this.#desk, before).catch((error: unknown) => {
      const { detail } = failureOfThrown(error);
      log.warn(`Signed out here, but not at the sign-in service: ${detail}`);
    });
  }

  /** The entry is the same but for the person's ID token, which is another one each time that it is asked for. */
  useIdentity(identity: IdentityWish | undefined): void {
    if (identity) this.#desk.identity = identity;
  }

  dispose(): void {
    this.#store.dispose();
  }

  async #renew(used: string | null, signal: AbortSignal | undefined): Promise<Failure | null> {
    const outcome = await orGone(this.#renewal.renew(used), signal, gone);
    switch (outcome.kind) {
      case 'renewed':
        this.#guard.renewed(headerOf(this.#keeper.current));
        return null;
      case 'away':
        return outcome.failure;
      case 'person':
        this.#needsPerson = true;
        this.#tell();
        return { ...outcome.failure, status: 401 };
    }
  }

  #refuse(used: string | null): Failure {
    this.#refused = used;
    this.#needsPerson = true;
    this.#tell();
    const text = unsaid('The server refuses what was only just renewed. Sign in again.');
    return wordedFailure('unauthorized', used === null ? asksForSignIn : text, { status: 401 });
  }

  async #needsMore(
    { scopes }: Asking,
    { tokens }: Stored,
    signal: AbortSignal | undefined,
  ): Promise<Failure | null> {
    const granted = tokens?.scopes ?? [];
    const isGranted = scopes.every((scope) => granted.includes(scope));
    const { demand } = this.#stepUp;
    if (demand && !isGranted) return demand;
    const answer = isGranted ? 'no' : this.#stepUp.answerTo(scopes);
    if (answer !== null) return lacking(scopes, answer);
    const failure = this.#stepUp.ask(scopes);
    if (!needsNobody(this.#deps.wish)) {
      this.#tell();
      return failure;
    }
    // Nobody has to be asked: the wider token is there, or it is not.
    this.#stepUp.signedIn(scopes);
    return this.#renew(headerOf(this.#keeper.current), signal);
  }

  async #signIn(signal: AbortSignal): Promise<void> {
    const { wish } = this.#deps;
    this.#guard.reset();
    const before = await this.#keeper.reload();
    if (needsNobody(wish)) return this.#signInOurselves();
    try {
      const { resourceMetadataUrl } = this.#asking;
      const found = await this.#desk.find(before, resourceMetadataUrl, signal);
      const scopes = this.#scopes(found);
      const signedIn = await this.#visit(before, found, scopes, signal);
      await this.#keep(found, signedIn);
      this.#stepUp.signedIn(scopes);
      this.#tell();
    } catch (error) {
      if (!(error instanceof ConnectionError))
        throw new ConnectionError(
          wordedFailure('unauthorized', unsaid('Signing in failed.')),
          error,
        );
      if (error.failure.kind === 'unauthorized') this.#stepUp.refused();
      throw error;
    }
  }

  async #signInOurselves(): Promise<void> {
    await this.#change((stored) => ({ ...stored, signedOut: false }));
    const outcome = await this.#renewal.renew(headerOf(this.#keeper.current));
    if (outcome.kind !== 'renewed') throw new ConnectionError(outcome.failure);
  }

  #visit(
    stored: Stored,
    found: Found,
    scopes: readonly string[],
    signal: AbortSignal,
  ): Promise<SignedIn> {
    const { landings, learn } = this.#deps;
    const ends = AbortSignal.any([signal, this.#desk.ended]);
    return signInByPage(
      { desk: this.#desk, landings, stored, found, scopes, learn, signal: ends },
      ({ client }) => this.#change((stored) => withoutClient(stored, client)),
    );
  }

  #keep(found: Found, { tokens, identity }: SignedIn): Promise<void> {
    return this.#change((stored) => {
      const known = identity.isNew ? withClient(stored, identity.client) : stored;
      const next = { ...known, tokens, discovery: storedOf(found), signedOut: false };
      return this.#desk.bind(next, found);
    });
  }

  /** Of what is there when no other window is at work on it. */
  #change(next: (stored: Stored) => Stored): Promise<void> {
    const { mutex, key } = this.#deps;
    return mutex.run(key, async () => this.#keeper.save(next(await this.#keeper.settled())));
  }

  /** What the server asked for, else what it describes; what calls have needed since; and to be renewed without a person. */
  #scopes({ scopes, metadata }: Found): readonly string[] {
    const { wanted } = this.#stepUp;
    const base = this.#asking.scopes.length > 0 ? this.#asking.scopes : scopes;
    const before = wanted.length > 0 ? (this.#keeper.current.tokens?.scopes ?? []) : [];
    const offered = metadata?.scopes_supported ?? [];
    const isForPerson = !needsNobody(this.#deps.wish);
    const offline = isForPerson ? offered.filter((scope) => scope === 'offline_access') : [];
    return [...new Set([...base, ...this.#deps.wish.scopes, ...before, ...wanted, ...offline])];
  }

  #changed(): void {
    if (this.#keeper.current.tokens) this.#needsPerson = false;
    this.#tell();
  }

  #tell(): void {
    const { tokens, signedOut } = this.#keeper.current;
    const header = headerOf(this.#keeper.current);
    const isGood = tokens !== null && header !== this.#refused && this.#stepUp.demand === null;
    const isAsked = tokens !== null || this.#needsPerson || signedOut;
    this.#account.set(isGood ? 'signed-in' : isAsked ? 'signed-out' : 'unneeded');
  }
}
