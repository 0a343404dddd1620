// The gateway of one editor window, from its settings and secrets to what the screens see of it: opened when it is wanted,
// closed when it is not. Composition only; what is decided is decided in the rooms.
import { join } from 'node:path';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import { bridgeCopyPath, keepBridgeCopy } from '../gateway/bridgeCopy.ts';
import { DiscoveryFile, gatewaysFolder } from '../gateway/discovery.ts';
import { forgetStored } from '../gateway/forgetting.ts';
import { Gateway } from '../gateway/gateway.ts';
import { publishPlace } from '../gateway/headlessPlace.ts';
import { editorReport } from './editorReport.ts';
import { createClientGuide, doorOf } from './gatewayForEditor.ts';
import type { Gateway as GatewayView, GatewayDoor } from '../host/gatewayDoor.ts';
import { gatewayToken, type SecretPlace } from '../host/gatewayToken.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';
import type { Fleet } from '../runtime/fleet.ts';
import type { KnownSecrets } from '../runtime/knownSecrets.ts';
import type { Log } from '../runtime/ports.ts';
import { realProcesses } from '../store/processes.ts';
import type { WorkspaceStore } from '../store/workspaceStore.ts';

/** What the editor has for it. */
export interface EditorFacts {
  readonly secrets: SecretPlace;
  /** Where the extension lies. */
  readonly extensionPath: string;
  /** Where it may keep things for all workspaces. */
  readonly globalStorage: string;
  /** Paths of the folders that the window has open. */
  readonly folders: () => readonly string[];
}

export interface EditorGatewayParts {
  readonly editor: EditorFacts;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: KnownSecrets;
  readonly settings: Signal<Settings>;
  readonly fleet: Fleet;
  readonly chronicle: ChronicleReader;
  readonly store: WorkspaceStore;
  /** Where this window keeps its things: tells one workspace from another. */
  readonly folder: string;
  readonly version: string;
}

/** Between the end of a window's gateway and the next: measured in a small window of a browser-hosted editor, 4 to 5 s. */
const usualReload: Millis = 8000;

export class EditorGateway implements Disposable {
  readonly #parts: EditorGatewayParts;
  readonly #store = new Store();
  readonly #door: Source<GatewayDoor>;
  readonly #hasBegun = this.#store.add(new Source(false));
  readonly #life = this.#store.add(new Mutable<Store>());
  #gateway: Gateway | null = null;
  #token: string | null = null;

  constructor(parts: EditorGatewayParts, door: Source<GatewayDoor>) {
    this.#parts = parts;
    this.#door = door;
    let wanted = parts.settings.value.gateway.enabled;
    this.#store.add(
      parts.settings.onChange(({ gateway: { enabled } }) => {
        if (enabled === wanted) return;
        wanted = enabled;
        if (enabled) void this.open();
        else void this.#close();
      }),
    );
  }

  get view(): GatewayView {
    const { editor, secrets, settings } = this.#parts;
    const { globalStorage, folders } = editor;
    return {
      door: this.#door,
      guide: createClientGuide({
        bridgePath: bridgeCopyPath(),
        backups: join(globalStorage, 'backups'),
        workspace: () => folders()[0] ?? null,
      }),
      healthReport: editorReport({
        ...this.#parts,
        hasBegun: this.#hasBegun,
        door: this.#door,
        gateway: () => this.#gateway,
        isWanted: () => settings.value.gateway.enabled,
        clean: secrets.clean,
      }),
    };
  }

  /** Once the servers are there: opens the door where it was before. Rejects never. */
  async open(): Promise<void> {
    const { editor, folder, log, settings } = this.#parts;
    this.#hasBegun.set(true);
    if (!settings.value.gateway.enabled || this.#gateway) return;
    // It was switched on just now, and who asks waits for it from here on.
    if (this.#door.value.kind === 'off') this.#door.set({ kind: 'opening' });
    this.#token ??= await gatewayToken(editor.secrets, folder, log);
    // It may have been switched off, or all may have ended, while the secrets were asked.
    if (this.#store.isDisposed || this.#gateway || !settings.value.gateway.enabled) return;
    const life = new Store();
    this.#life.value = life;
    const gateway = life.add(this.#make(this.#token));
    this.#gateway = gateway;
    const show = (): void => {
      // One that was switched off closes its door, and no other is being opened.
      if (this.#gateway !== gateway) return;
      this.#door.set(doorOf(gateway.place.value, { isWanted: true, token: this.#token }));
    };
    life.add(gateway.place.onChange(show));
    await gateway.open();
    this.#keepBridge();
    if (!life.isDisposed) this.#publish(gateway, this.#token, life);
  }

  /** Forgets what is stored of programs that do not use the gateway now. Returns how many sessions that were. */
  clearSessions(): number {
    const { gatewaySessions, events } = this.#parts.store;
    return (
      this.#gateway?.forgetResting() ??
      forgetStored({ store: gatewaySessions, log: events }, new Set()).usable
    );
  }

  /** Ends in order: clients' streams end where they are, to be resumed in the next life. */
  async stop(): Promise<void> {
    // Nobody tells a window that is closed from one that reloads.
    await this.#gateway?.stop({ comesBack: true });
    this.dispose();
  }

  dispose(): void {
    this.#gateway = null;
    this.#store.dispose();
  }

  async #close(): Promise<void> {
    const ending = this.#gateway;
    this.#gateway = null;
    this.#door.set({ kind: 'off' });
    this.#discovery().withdraw();
    await ending?.stop();
    if (!this.#gateway) this.#life.value = undefined;
  }

  /** An update of the extension moves its folder; entries in other products' files must not lead nowhere then. */
  #keepBridge(): void {
    const { editor, log } = this.#parts;
    try {
      keepBridgeCopy(join(editor.extensionPath, 'dist', 'bridge.js'));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`The stdio bridge could not be put where other programs find it: ${reason}`);
    }
  }

  #make(token: string): Gateway {
    const { clock, log, secrets, settings, fleet, store, version, editor } = this.#parts;
    secrets.learn('gateway', [token]);
    return new Gateway({
      token,
      version,
      directory: fleet,
      fleet,
      chronicle: this.#parts.chronicle,
      events: store.events,
      sessions: store.gatewaySessions,
      door: store.door,
      settings: () => settings.value,
      clock,
      log,
      clean: secrets.clean,
      comeBackAfter: usualReload,
      keeper: { script: join(editor.extensionPath, 'dist', 'keeper.js'), standsBy: 'once-used' },
    });
  }

  #discovery(): DiscoveryFile {
    const { clock, folder } = this.#parts;
    return new DiscoveryFile({
      folder: gatewaysFolder(),
      workspace: folder,
      processes: realProcesses(),
      now: () => clock.now(),
    });
  }

  #publish(gateway: Gateway, token: string, life: Store): void {
    const { clock, log, fleet, editor } = this.#parts;
    const place = { gateway, names: fleet.names, token, folders: editor.folders(), log };
    const startedAt = clock.now();
    life.add(publishPlace({ ...place, startedAt, file: this.#discovery() }));
  }
}
