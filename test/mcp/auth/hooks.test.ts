// Where credentials go out, and what a refusal does to each kind of request. The authorizer is a played one with a list of
// headers: what it decides is tested beside it.
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import { Source } from '../../../src/base/signal.ts';
import { aFailure, type Failure } from '../../../src/core/connection/failure.ts';
import type { Account, Authorizer, Challenge } from '../../../src/mcp/auth/ports.ts';
import { HttpLink } from '../../../src/mcp/http.ts';
import { httpProber } from '../../../src/mcp/prober.ts';
import { SseLink } from '../../../src/mcp/sse/sseLink.ts';
import { targetOf } from '../../../src/mcp/target.ts';
import type { Answer, Seen, Trap } from '../../servers/trapServer.ts';
import {
  aCall,
  aNote,
  aServer,
  failureIn,
  Heard,
  inShort,
  oldSession,
  silentLog,
  trapped,
  until,
} from '../linkRig.ts';

class ListedAuthorizer implements Authorizer {
  readonly account = new Source<Account>('signed-in');
  readonly challenges: (readonly [Challenge['status'], string | null])[] = [];
  readonly accepts: (string | null)[] = [];
  demand: Failure | null = null;
  /** What is said when there is no other header. */
  verdict = aFailure('unauthorized', 'Nobody is signed in.', { status: 401 });
  #headers: readonly string[];

  constructor(...headers: readonly string[]) {
    this.#headers = headers;
  }

  header(): Promise<string | null> {
    return Promise.resolve(this.#headers[0] ?? null);
  }

  accepted(used: string | null): void {
    this.accepts.push(used);
  }

  challenged({ status }: Challenge, used: string | null): Promise<Failure | null> {
    this.challenges.push([status, used]);
    const [, ...rest] = this.#headers;
    if (rest.length > 0) this.#headers = rest;
    return Promise.resolve(rest.length > 0 ? null : this.verdict);
  }

  signIn(): Promise<void> {
    return Promise.resolve();
  }

  signOut(): Promise<void> {
    return Promise.resolve();
  }
}

/** Does `then` for who comes with `good`, and refuses everybody else. */
const wants =
  (
    good: string,
    then: Trap,
    header: Record<string, string> = { 'WWW-Authenticate': 'Bearer' },
  ): Trap =>
  (seen: Seen, answer: Answer) =>
    seen.headers.authorization === good ? then(seen, answer) : answer.status(401, '', header);

const answers: Trap = (seen, answer) => answer.result(seen.request.id, {});

const deps = (url: string, authorizer: Authorizer) => ({
  ...{ authorizer, target: targetOf(url), headers: { 'X-Own': '1' }, connectTimeout: 5_000 },
  ...{ maxMessageBytes: 2 ** 20, clock: realClock, log: silentLog },
});

const linked = async (trap: Trap, authorizer: Authorizer) => {
  const server = await trapped(trap);
  const heard = new Heard();
  const link = new HttpLink(deps(server.url, authorizer), oldSession, heard);
  onTestFinished(() => link.close(false));
  return { server, link, heard };
};

const used = (seen: readonly Seen[]): (string | undefined)[] =>
  seen.map(({ headers }) => headers.authorization);

test('a call that is refused goes once more with other credentials', async () => {
  const authorizer = new ListedAuthorizer('old', 'new');
  const { server, link } = await linked(wants('new', answers), authorizer);
  expect(inShort(await link.exchange(aCall(), {}))).toBe('answered');
  expect(used(server.seen)).toEqual(['old', 'new']);
  expect(server.seen[1]?.body).toBe(server.seen[0]?.body);
  expect([authorizer.challenges, authorizer.accepts]).toEqual([[[401, 'old']], ['new']]);
});

test('it never goes a third time, whatever credentials there are', async () => {
  const authorizer = new ListedAuthorizer('a', 'b', 'c', 'd');
  const { server, link } = await linked(wants('none', answers), authorizer);
  expect(inShort(await link.exchange(aCall(), {}))).toBe('refused unrenewed');
  expect(used(server.seen)).toEqual(['a', 'b']);
});

test('without other credentials the verdict of the authorizer is the failure', async () => {
  const authorizer = new ListedAuthorizer('old');
  authorizer.verdict = aFailure('unrenewed', 'The service is away.', { status: 401 });
  const { server, link } = await linked(wants('new', answers), authorizer);
  expect(failureIn(await link.exchange(aCall(), {}))).toEqual(authorizer.verdict);
  expect(server.seen).toHaveLength(1);
});

test('a notification is repeated as a call is', async () => {
  const authorizer = new ListedAuthorizer('old', 'new');
  const trap = wants('new', (_, answer) => answer.status(202));
  const { server, link } = await linked(trap, authorizer);
  expect(inShort(await link.tell(aNote('x')))).toBe('accepted');
  expect(used(server.seen)).toEqual(['old', 'new']);
});

test('the standalone stream opens with other credentials, and a resumption too', async () => {
  const authorizer = new ListedAuthorizer('old', 'new');
  const trap = wants('new', (_, answer) => void answer.stream());
  const { server, link, heard } = await linked(trap, authorizer);
  link.listen('e1');
  await until(() => heard.pushes.length > 0);
  expect(heard.pushes).toEqual(['resumed']);
  expect(server.seen.map(({ headers }) => headers['last-event-id'])).toEqual(['e1', 'e1']);
});

test('the goodbye carries credentials', async () => {
  const authorizer = new ListedAuthorizer('good');
  const { server, link } = await linked(wants('good', answers), authorizer);
  await link.close(true);
  expect(server.seen.map(({ method, headers }) => [method, headers.authorization])).toEqual([
    ['DELETE', 'good'],
  ]);
});

test('a 403 that does not ask for more rights is none of the authorizer', async () => {
  const authorizer = new ListedAuthorizer('good');
  const { link } = await linked((_, answer) => answer.status(403), authorizer);
  expect(inShort(await link.exchange(aCall(), {}))).toBe('refused forbidden');
  expect(authorizer.challenges).toEqual([]);
});

test('a session that an older server forgets with a bare 401 is a lost session, not a missing sign-in', async () => {
  const authorizer = new ListedAuthorizer();
  const { link } = await linked((_, answer) => answer.status(401, 'Session not found'), authorizer);
  expect(inShort(await link.exchange(aCall(), {}))).toBe('refused session-lost');
  expect(authorizer.challenges).toEqual([]);
});

test('nothing is sent while a person is asked for more rights', async () => {
  const authorizer = new ListedAuthorizer('good');
  authorizer.demand = aFailure('unauthorized', 'More rights are needed.');
  const { server, link } = await linked(answers, authorizer);
  expect(inShort(await link.exchange(aCall(), {}))).toBe('not-sent unauthorized');
  expect(server.seen).toEqual([]);
});

test('the older transport opens its stream and posts with other credentials', async () => {
  const authorizer = new ListedAuthorizer('old', 'new');
  const server = await trapped(
    wants('new', (seen, answer) => {
      if (seen.method === 'POST') return answer.status(202);
      return answer.stream().raw('event: endpoint\ndata: /post\n\n');
    }),
  );
  const link = new SseLink(deps(server.url, authorizer), new Heard());
  onTestFinished(() => link.close());
  await link.open(5_000, new AbortController().signal);
  expect(inShort(await link.tell(aNote('x')))).toBe('accepted');
  expect(used(server.seen)).toEqual(['old', 'new', 'new']);
});

test('health is asked with credentials at the own origin, and without them elsewhere', async () => {
  const authorizer = new ListedAuthorizer('good');
  const own = await trapped((_, answer) => answer.json({ status: 'ok' }));
  const other = await trapped((_, answer) => answer.json({ status: 'ok' }));
  const elsewhere = new URL('/health', other.url).href;
  for (const health of ['/health', elsewhere]) {
    const server = aServer(own.url, { health });
    const prober = httpProber({ server, authorizer, probeTimeout: 5_000, clock: realClock });
    await prober.health(new AbortController().signal);
  }
  expect([used(own.seen), used(other.seen)]).toEqual([['good'], [undefined]]);
});

test('credentials do not follow a redirect to another origin', async () => {
  const authorizer = new ListedAuthorizer('good');
  const other = await trapped(answers);
  const { link } = await linked(
    (_, answer) => answer.status(307, '', { Location: other.url }),
    authorizer,
  );
  expect(inShort(await link.exchange(aCall(), {}))).toBe('refused redirected');
  expect(other.seen).toEqual([]);
});
