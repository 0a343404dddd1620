// What a trial connection to a server that nobody has saved yet can find out. Types only.
import type { Millis } from '../base/clock.ts';
import type { Failure } from './connection/failure.ts';

export interface ServerFindings {
  readonly transport: 'http' | 'sse' | 'stdio';
  /** As the server calls itself. */
  readonly name: string | null;
  readonly version: string | null;
  readonly protocolVersion: string;
  /** How many; null: it has none of the kind, or does not list them. */
  readonly tools: number | null;
  readonly resources: number | null;
  readonly prompts: number | null;
  /** Whether it answers the health endpoint. */
  readonly hasHealth: boolean;
  /** Of the handshake; a program is started in that time. */
  readonly latency: Millis;
}

export type ProbeOutcome =
  | { readonly kind: 'works'; readonly findings: ServerFindings }
  /** It is there, and wants to know who asks. */
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Not tried, for a reason of ours. */
  | { readonly kind: 'untried'; readonly reason: string };
