// The server scenarios of the suite, active and pending, on our conformance server directly and through the gateway in one
// run: whatever passes directly must pass through the gateway. The scenario about foreign hosts meets the gateway itself:
// it never lets such a request come as far as a server.
import { startCuttingRelay } from '../support/cuttingRelay.ts';
import { type GatewayProcess, startGateway } from '../support/gatewayProcess.ts';
import { freePort, startServer } from '../support/serverProcess.ts';
import { runServerSuite, type ServerCheck } from './serverSuite.ts';

export interface Verdict {
  readonly passed: number;
  readonly failed: number;
  /** One per check, fit to print. */
  readonly lines: readonly string[];
}

const polling = 'server-sse-polling';
const resumed = 'server-sse-disconnect-resume';

const keyOf = ({ scenario, id }: ServerCheck): string => `${scenario}: ${id}`;

/** Those on which the suite passes a sentence; the others tell what it did. */
const isJudged = ({ status }: ServerCheck): boolean => status !== 'INFO';

/**
 * The server hangs up in the middle of this call and is asked again with the cursor. The gateway does that itself, and the
 * suite gets the answer where it asked for it: to see the gateway's own streams resumed, its answer is broken on the way.
 */
const checkBroken = async (gateway: GatewayProcess): Promise<readonly ServerCheck[]> => {
  const relay = await startCuttingRelay(
    gateway.url('conformance'),
    (method, body) => method === 'POST' && body.includes('test_reconnection'),
  );
  try {
    const checks = await runServerSuite({
      url: relay.url,
      scenario: polling,
      token: gateway.token,
    });
    return checks.filter(({ id }) => id === resumed);
  } finally {
    await relay.close();
  }
};

const checkGateway = async (upstream: string): Promise<readonly ServerCheck[]> => {
  const gateway = await startGateway({ servers: { conformance: { type: 'http', url: upstream } } });
  try {
    const { token } = gateway;
    const url = gateway.url('conformance').href;
    const all = await runServerSuite({ url, token });
    const unbroken = all.filter((check) => !(check.id === resumed && check.scenario === polling));
    return [...unbroken, ...(await checkBroken(gateway))];
  } finally {
    await gateway.stop();
  }
};

/** As many as the pinned suite judges: a check that is not made at all must not pass unseen. */
const judgedInAll = 47;

/** Null where both passed. */
const whyNot = (direct: ServerCheck, through: ServerCheck | undefined): string | null => {
  if (direct.status === 'SUCCESS' && through?.status === 'SUCCESS') return null;
  const reason = through?.errorMessage ?? direct.errorMessage ?? 'no reason given';
  return `directly ${direct.status}, through the gateway ${through?.status ?? 'not checked'}: ${reason}`;
};

const failure = (check: ServerCheck, why: string): string =>
  `FAILURE gateway, ${keyOf(check)}: ${why}`;

/** The suite calls a scenario that broke by another name than those of its checks. */
const broken = (direct: readonly ServerCheck[], through: readonly ServerCheck[]): string[] => {
  const known = new Set(direct.map(keyOf));
  return through
    .filter((check) => check.status === 'FAILURE' && !known.has(keyOf(check)))
    .map((check) => failure(check, check.errorMessage ?? 'no reason given'));
};

/** The gateway's verdict next to that of the server alone. */
const compare = (direct: readonly ServerCheck[], through: readonly ServerCheck[]): Verdict => {
  const verdicts = new Map(through.filter(isJudged).map((check) => [keyOf(check), check]));
  const passed: string[] = [];
  const failed = broken(direct, through);
  for (const check of direct.filter(isJudged)) {
    const why = whyNot(check, verdicts.get(keyOf(check)));
    if (why === null) passed.push(`SUCCESS gateway, ${keyOf(check)}`);
    else failed.push(failure(check, why));
  }
  const judged = direct.filter(isJudged).length;
  if (judged !== judgedInAll)
    failed.push(`FAILURE gateway: the suite judged ${judged} points, and not ${judgedInAll}`);
  return { passed: passed.length, failed: failed.length, lines: [...passed, ...failed] };
};

export const runThroughGateway = async (): Promise<Verdict> => {
  const port = await freePort();
  const server = startServer({ script: 'test/servers/conformanceServer.ts', port });
  try {
    await server.waitListening();
    const direct = await runServerSuite({ url: server.url });
    return compare(direct, await checkGateway(server.url));
  } finally {
    await server.stop();
  }
};
