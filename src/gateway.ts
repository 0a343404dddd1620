// Composition root of the headless gateway: the same fleet and the same gateway as in the editor, with a configuration file for
// settings and a folder for what is kept. No decisions.
import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { realClock as clock, sleep } from './base/clock.ts';
import { Store } from './base/disposable.ts';
import { type Signal, Source } from './base/signal.ts';
import type { Settings } from './core/settings.ts';
import { inEnglish } from './core/wording/english.ts';
import { wireChronicler, wireFleet } from './wiring/fleet.ts';
import { DiscoveryFile, gatewaysFolder, readGateway } from './gateway/discovery.ts';
import { Gateway } from './gateway/gateway.ts';
import {
  type HeadlessWish,
  headlessUsage,
  parseHeadlessArguments,
} from './gateway/headlessArguments.ts';
import type { ParsedConfig } from './gateway/headlessConfig.ts';
import { prepareFolder } from './gateway/headlessFolder.ts';
import { type HeadlessLogs, headlessLogs } from './gateway/headlessLog.ts';
import { isListening, watchFolder, whyNotOurs } from './gateway/headlessOwner.ts';
import { announcementOf, folderOf, publishPlace } from './gateway/headlessPlace.ts';
import { HeadlessSettings, readConfig } from './gateway/headlessSettings.ts';
import { keepToken } from './gateway/headlessToken.ts';
import { versionOf } from './gateway/ownVersion.ts';
import { headlessSignIn } from './wiring/gatewaySignIn.ts';
import { headlessResolver } from './wiring/gatewayValues.ts';
import { wireNetwork } from './wiring/network.ts';
import { type Doors, refusingLoops, withoutLoops } from './wiring/loops.ts';
import { secretsOf } from './host/knownSecrets.ts';
import type { Chronicler } from './runtime/chronicler.ts';
import type { Fleet } from './runtime/fleet.ts';
import { KnownSecrets } from './runtime/knownSecrets.ts';
import type { WakeSource } from './runtime/ports.ts';
import { realProcesses } from './store/processes.ts';
import { openWorkspaceStore, type WorkspaceStore } from './store/workspaceStore.ts';

/** Whoever ends us waits five seconds at most; what is not done by then is cut off. */
const goodbyeLimit = 4_500;
const exitCode = { wrong: 2, refused: 1 } as const;

const fail = (code: number, text: string): never => {
  process.stderr.write(`mcp-lifeline gateway: ${text}\n`);
  process.exit(code);
};

const processes = realProcesses();
const ownScript = process.argv[1] ?? '';
/** It lies beside this one, bundled or not. */
const keeperScript = join(dirname(ownScript), `keeper${extname(ownScript)}`);

/** Everything of one run, in the order in which it is built. */
interface Run {
  readonly wish: HeadlessWish;
  readonly owner: Store;
  readonly version: string;
  readonly token: string;
  readonly settings: Signal<Settings>;
  readonly logs: HeadlessLogs;
  readonly secrets: KnownSecrets;
  readonly store: WorkspaceStore;
  readonly wake: WakeSource;
  readonly chronicler: Chronicler;
}

const openStore = (
  { state }: HeadlessWish,
  settings: Signal<Settings>,
  { own: log }: HeadlessLogs,
  owner: Store,
): WorkspaceStore => {
  const { sessionTtl, historyEntries, historySamples, historyMaxAge, journal } = settings.value;
  const allowsJournal = owner.add(new Source(journal === 'on'));
  const eventStore = owner.add(new Source(settings.value.eventStore));
  owner.add(
    settings.onChange((now) => {
      allowsJournal.set(now.journal === 'on');
      eventStore.set(now.eventStore);
    }),
  );
  return owner.add(
    openWorkspaceStore({
      folder: state,
      clock,
      log,
      // Only an editor has one; everything is in the folder.
      memento: { get: () => undefined, update: () => Promise.resolve(), keys: () => [] },
      sessionTtl,
      historyEntries,
      historySamples,
      historyMaxAge,
      allowsJournal,
      eventStore,
      window: {
        id: randomUUID(),
        pid: process.pid,
        processes,
        isOnlyOne: false,
        // Nobody looks at it, and it still must not be taken away.
        isWatched: () => Promise.resolve(true),
      },
    }),
  );
};

/** The gateway's own file among those by which gateways are found. */
const discoveryOf = ({ state }: HeadlessWish): DiscoveryFile =>
  new DiscoveryFile({
    folder: gatewaysFolder(),
    workspace: state,
    processes,
    now: () => clock.now(),
  });

/** Ends the process where the folder is somebody else's. */
const takeFolder = async ({ wish, store, logs }: Run): Promise<void> => {
  const { state } = wish;
  const before = readGateway(discoveryOf(wish).path, processes);
  const isLiving = before !== null && 'entry' in before && before.state === 'living';
  const why = await whyNotOurs({
    lease: store.lease,
    answers: async () => isLiving && (await isListening(before.entry.url)),
    clock,
    waiting: () => logs.own.info(`Waiting to see whether ${state} is still in use.`),
  });
  if (why === 'taken')
    fail(
      exitCode.refused,
      `${state} is in use by another gateway. End that one, or name another folder with --state.`,
    );
  if (why === 'unusable')
    fail(
      exitCode.refused,
      `Nothing can be kept in ${state}: the lines above say why. The gateway needs Node 22.13 or later.`,
    );
};

const fleetOf = (
  { wish, owner, version, logs, secrets, store, wake, chronicler }: Run,
  settings: Signal<Settings>,
  doors: Doors,
): Fleet => {
  const folder = folderOf(wish.config);
  const resolver = headlessResolver({ settings, logs, secrets, clock, folder });
  const filled = refusingLoops(resolver, doors, owner);
  const fleet = wireFleet(
    {
      clock,
      logs,
      secrets,
      settings,
      store,
      wake,
      chronicler,
      folder: () => folder,
      roots: () => [{ uri: pathToFileURL(folder).href, name: basename(folder) }],
      version,
      say: inEnglish,
      resolver: filled.resolver,
      authorizers: headlessSignIn({ clock, logs, secrets }, owner),
    },
    owner,
  );
  filled.follow(fleet);
  return fleet;
};

const gatewayOf = (run: Run, fleet: Fleet): Gateway => {
  const { owner, token, version, settings, logs, secrets, store, chronicler } = run;
  return owner.add(
    new Gateway({
      token,
      version,
      directory: fleet,
      fleet,
      chronicle: chronicler,
      events: store.events,
      sessions: store.gatewaySessions,
      door: store.door,
      settings: () => settings.value,
      clock,
      log: logs.own,
      clean: secrets.clean,
      keeper: { script: keeperScript, standsBy: 'always' },
    }),
  );
};

const announce = (run: Run, gateway: Gateway, names: Fleet['names']): void => {
  const { wish, owner, token, logs } = run;
  const folders = [folderOf(wish.config)];
  const place = { gateway, names, token, folders, startedAt: clock.now(), log: logs.own };
  const announcement = announcementOf(place, wish.port);
  if (announcement.kind === 'nowhere') return fail(exitCode.refused, announcement.reason);
  owner.add(publishPlace({ ...place, file: discoveryOf(wish) }));
  // Whoever started us may have gone: that is no reason to end.
  process.stdout.on('error', () => undefined);
  process.stdout.write(`${announcement.text}\n`);
};

/** Ends in order, once, however often it is asked for. */
const endingOf = (run: Run, gateway: Gateway, fleet: Fleet): ((code: number) => void) => {
  const { owner, wish } = run;
  let isEnding = false;
  const end = async (code: number): Promise<void> => {
    const orderly = Promise.allSettled([gateway.stop({ comesBack: wish.restarts })]).then(() =>
      fleet.shutdown(),
    );
    await Promise.race([orderly, sleep(clock, goodbyeLimit)]);
    owner.dispose();
    process.exit(code);
  };
  return (code) => {
    if (!isEnding) void end(code);
    isEnding = true;
  };
};

const follow = (run: Run, end: (code: number) => void): void => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(0));
  run.owner.add(
    watchFolder({
      folder: run.wish.state,
      loss: run.store.leaseLoss,
      log: run.logs.own,
      end: () => end(exitCode.refused),
    }),
  );
};

const prepare = (wish: HeadlessWish, config: Extract<ParsedConfig, { kind: 'ok' }>): Run => {
  const owner = new Store();
  const kept = keepToken(wish.state);
  if (kept.kind === 'refused') return fail(exitCode.wrong, kept.reason);
  const { token } = kept;
  const secrets = new KnownSecrets([homedir()]);
  secrets.learn('gateway', [token]);
  secrets.learn('settings', secretsOf(config.settings));
  const logs = headlessLogs({ stream: process.stderr, clock, clean: secrets.clean });
  const settings = owner.add(new HeadlessSettings(wish, config, logs.own)).current;
  owner.add(settings.onChange((now) => secrets.learn('settings', secretsOf(now))));
  const store = openStore(wish, settings, logs, owner);
  const wake = wireNetwork({ clock, settings }, owner);
  const chronicler = wireChronicler({ clock, store, network: wake }, owner);
  return { wish, owner, version, token, settings, logs, secrets, store, wake, chronicler };
};

const version = versionOf(ownScript);

const run = async (wish: HeadlessWish): Promise<void> => {
  const config = readConfig(wish);
  if (config.kind === 'unusable') return fail(exitCode.wrong, `${wish.config}: ${config.reason}`);
  const trouble = prepareFolder(wish.state);
  if (trouble !== null) return fail(exitCode.wrong, trouble);
  const run = prepare(wish, config);
  await takeFolder(run);
  const ports = run.owner.add(new Source<readonly number[]>([]));
  const doors = { ports: () => ports.value, moved: ports };
  const settings = withoutLoops(run.settings, doors, run.owner, inEnglish);
  const fleet = fleetOf(run, settings, doors);
  const gateway = gatewayOf(run, fleet);
  run.owner.add(
    gateway.place.onChange((place) => ports.set(place.kind === 'open' ? place.ports : [])),
  );
  follow(run, endingOf(run, gateway, fleet));
  // The servers first: a client of an earlier life may be there as soon as the door is open.
  fleet.open();
  await gateway.open();
  announce(run, gateway, fleet.names);
};

const main = (): void => {
  const command = parseHeadlessArguments(process.argv.slice(2));
  switch (command.kind) {
    case 'help':
      process.stdout.write(headlessUsage);
      return;
    case 'version':
      process.stdout.write(`${version}\n`);
      return;
    case 'wrong':
      process.stderr.write(`${command.reason}\n\n${headlessUsage}`);
      process.exitCode = exitCode.wrong;
      return;
    case 'run': {
      const { wish } = command;
      void run({ ...wish, config: resolve(wish.config), state: resolve(wish.state) });
    }
  }
};

main();
