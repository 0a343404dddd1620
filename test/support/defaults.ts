// The settings at their defaults, for tests that look at what a user gets without touching anything.
import { settingTable } from '../../src/core/settingTable.ts';

type Table = typeof settingTable;
type Defaults = {
  readonly [
    Key in keyof Table as Table[Key] extends { readonly default: unknown } ? Key : never
  ]: Table[Key] extends { readonly default: infer Value } ? Value : never;
};

export const byDefault = <Key extends keyof Defaults>(key: Key): Defaults[Key] =>
  (settingTable as unknown as Record<Key, { readonly default: Defaults[Key] }>)[key].default;

export const theBackoff = {
  delays: byDefault('backoff.delays'),
  localCap: byDefault('backoff.localCap'),
  remoteCap: byDefault('backoff.remoteCap'),
  stableAfter: byDefault('backoff.stableAfter'),
};
export const theHealth = {
  path: byDefault('health.path'),
  interval: byDefault('health.interval'),
  reconnectingLocal: byDefault('health.reconnectingLocal'),
  reconnectingRemote: byDefault('health.reconnectingRemote'),
  idleInterval: byDefault('health.idleInterval'),
  idleAfter: byDefault('health.idleAfter'),
  pingInterval: byDefault('health.pingInterval'),
  callSilence: byDefault('health.callSilence'),
  probeTimeout: byDefault('health.probeTimeout'),
};
export const theCalls = {
  holdBudget: byDefault('calls.holdBudget'),
  patientHoldBudget: byDefault('calls.patientHoldBudget'),
  maxHeld: byDefault('calls.maxHeld'),
  maxHeldBytes: byDefault('calls.maxHeldBytes'),
  maxHeldBytesTotal: byDefault('calls.maxHeldBytesTotal'),
};
