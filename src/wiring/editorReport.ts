// The health report as the screens ask for it: of the gateway with everything behind it, or of the servers alone where there is
// no gateway. Composition only.
import type { Clock } from '../base/clock.ts';
import { type Signal, whenever } from '../base/signal.ts';
import type { Say } from '../core/wording/say.ts';
import type { HealthReport } from '../gateway/healthReport.ts';
import { reportText, reportTextWithout } from '../gateway/healthReportText.ts';
import { reportServers } from '../gateway/serversReport.ts';
import { type Gateway as GatewayView, type GatewayDoor, settledDoor } from '../host/gatewayDoor.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';
import type { FleetWatch } from '../runtime/watch.ts';

export interface ReportingGateway {
  report(server: string | undefined, say: Say): Promise<HealthReport | undefined>;
}

export interface EditorReportParts {
  /** Whether the servers are there yet: a report that stands open over a reload is asked for before them. */
  readonly hasBegun: Signal<boolean>;
  readonly door: Signal<GatewayDoor>;
  /** Null while there is none. */
  readonly gateway: () => ReportingGateway | null;
  /** Whether the settings want one. */
  readonly isWanted: () => boolean;
  readonly fleet: FleetWatch;
  readonly chronicle: ChronicleReader;
  readonly clock: Clock;
  /** Takes credentials and the user's home out of a text. */
  readonly clean: (text: string) => string;
}

const describe = async (
  parts: EditorReportParts,
  server: string | undefined,
  say: Say,
): Promise<string> => {
  const { hasBegun, door, gateway, isWanted, clock } = parts;
  await whenever(hasBegun, Boolean);
  // It opens within moments, and who asks right after a reload would be told of half of it.
  await settledDoor(door, clock);
  const whole = await gateway()?.report(server, say);
  if (whole) return reportText(whole, say);
  const { fleet, chronicle, clean } = parts;
  const ofServers = reportServers({ fleet, chronicle, clock, clean, say }, server);
  if (!ofServers) return say('There is no server "{0}".', server ?? '');
  return reportTextWithout(ofServers, isWanted() ? 'opening' : 'off', say);
};

export const editorReport =
  (parts: EditorReportParts): GatewayView['healthReport'] =>
  (server, say) =>
    describe(parts, server ?? undefined, say);
