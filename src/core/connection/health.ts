// What a health answer says, and when silence or a changed answer counts as loss. Pure judgement: who asks and
// when is runtime/pulse.ts.
import type { Millis } from '../../base/clock.ts';

/** `GET /health` of a server, read tolerantly; null where a field is missing or of another type. */
export interface HealthBody {
  readonly status: string | null;
  readonly uptimeSecs: number | null;
  readonly version: string | null;
  readonly instanceId: string | null;
  readonly sessions: { readonly total: number | null; readonly connected: number | null } | null;
  readonly jobs: { readonly pending: number | null; readonly running: number | null } | null;
}

export interface HealthReading {
  /** Wall time of the answer. */
  readonly at: Millis;
  /** Reading of the clock that never jumps, to tell elapsed time across a set clock or sleep. */
  readonly steadyAt: Millis;
  readonly latency: Millis;
  /** HTTP status; below 400 means up. */
  readonly status: number;
  readonly body: HealthBody;
}
