// Which session goes when one more comes and there are as many as there may be. Pure. Not here: how it goes (sessions.ts).
import type { Millis } from '../base/clock.ts';
import type { GatewaySession } from '../runtime/gatewayPorts.ts';

/** What is known of a session that is in use. */
export interface InUse {
  readonly row: GatewaySession;
  readonly isBusy: boolean;
  readonly hasStreams: boolean;
}

/** Unused for longest, among those on which nobody waits, or else nobody listens. */
export const leastMissed = (
  rows: Iterable<GatewaySession>,
  live: ReadonlyMap<string, InUse>,
): GatewaySession | undefined => {
  const weight = ({ id }: GatewaySession): number => {
    const session = live.get(id);
    return session?.isBusy === true ? 2 : Number(session?.hasStreams === true);
  };
  const seen = ({ id, lastSeen }: GatewaySession): Millis => live.get(id)?.row.lastSeen ?? lastSeen;
  let least: GatewaySession | undefined;
  for (const row of rows) {
    if (row.ended) continue;
    const order = least ? weight(row) - weight(least) || seen(row) - seen(least) : -1;
    if (order < 0) least = row;
  }
  return least;
};
