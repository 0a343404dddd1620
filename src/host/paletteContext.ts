// Tells the editor what the `when` clauses of the manifest ask about this window, and again whenever it changes. Not here: what
// holds (paletteFacts.ts).
import * as vscode from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import type { Approvals } from './approvals.ts';
import { contextKeys } from './contributions.ts';
import { countFound } from './foundRows.ts';
import type { FoundSources } from './foundSources.ts';
import { serversIn } from './historyRows.ts';
import { type PaletteKey, paletteFacts } from './paletteFacts.ts';
import type { TakeOvers } from './takeOverPorts.ts';
import { onChangeOf, watchServers } from './watchServers.ts';

export interface PalettePorts {
  readonly clock: Pick<Clock, 'now'>;
  readonly fleet: FleetWatch;
  readonly settings: Signal<Pick<Settings, 'servers'>>;
  readonly approvals: Pick<Approvals, 'isAllowed' | 'onChange'>;
  readonly found: Pick<FoundSources, 'files'>;
  readonly taken: TakeOvers['taken'];
  readonly chronicle: ChronicleReader & { readonly revision: Signal<number> };
  readonly hasAccount: (server: ServerWatch) => boolean;
}

type Facts = ReturnType<typeof paletteFacts>;

const factsNow = (ports: PalettePorts): Facts => {
  const { clock, fleet, settings, approvals, found, taken, chronicle, hasAccount } = ports;
  return paletteFacts({
    servers: fleet.servers.value,
    configured: settings.value.servers.length,
    bad: fleet.bad.value.length,
    isAllowed: ({ definition }) => approvals.isAllowed(definition),
    hasAccount,
    taken: taken.value.length,
    found: countFound(found.files.value),
    hasEntries: () => serversIn(chronicle, clock.now()).length > 0,
  });
};

const isKey = (name: string): name is PaletteKey => name in contextKeys;

/** Tells the editor of each change, and of nothing twice. */
const createTeller = (): ((facts: Facts) => void) => {
  const told = new Map<PaletteKey, boolean>();
  return (facts) => {
    for (const key of Object.keys(facts).filter(isKey)) {
      if (told.get(key) === facts[key]) continue;
      told.set(key, facts[key]);
      void vscode.commands.executeCommand('setContext', contextKeys[key], facts[key]);
    }
  };
};

export const createPaletteContext = (ports: PalettePorts): Disposable => {
  const { fleet, settings, approvals, found, taken, chronicle } = ports;
  const store = new Store();
  const teller = createTeller();
  const tell = (): void => teller(factsNow(ports));
  store.add(
    watchServers(fleet, ({ pending, life }) => {
      const ears = new Store();
      ears.add(onChangeOf(pending, ({ length }) => length > 0, tell));
      // Its kind says what may be done, and its failure what it waits for.
      ears.add(onChangeOf(life, ({ state }) => state, tell));
      return ears;
    }),
  );
  for (const signal of [fleet.servers, fleet.bad, settings, found.files, taken])
    store.add(signal.onChange(tell));
  store.add(approvals.onChange(tell));
  // Where servers are there, it matters no more.
  store.add(chronicle.revision.onChange(() => fleet.servers.value.length === 0 && tell()));
  tell();
  return store;
};
