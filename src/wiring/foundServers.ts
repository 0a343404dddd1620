// The servers that other products define, from the editor's folders and settings to the list that the screens show.
// Composition only; what is decided is decided in the rooms.
import { homedir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import { derive, type Signal } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import type { Say } from '../core/wording/say.ts';
import type { FoundSources, OpenPlaces } from '../host/foundSources.ts';
import type { GatewayDoor } from '../host/gatewayDoor.ts';
import type { Log } from '../runtime/ports.ts';
import { placesOf, type SourcePlace } from '../sources/places.ts';
import { userFolderOf } from '../sources/profileFolder.ts';
import type { Reader } from '../sources/readSource.ts';
import { ProfileWatch } from '../sources/watchProfile.ts';
import { SourceWatch } from '../sources/watchSources.ts';
import { portsOf } from './gatewayForEditor.ts';
import { ownDoorOf } from './loops.ts';

export interface FoundServersParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly say: Say;
  readonly settings: Signal<Settings>;
  readonly door: Signal<GatewayDoor>;
  readonly open: Signal<OpenPlaces>;
  readonly globalStorage: string | null;
}

export class FoundServers implements Disposable {
  readonly #store = new Store();
  readonly #profile: ProfileWatch;
  readonly #sources: SourceWatch;

  constructor({ clock, log, say, settings, door, open, globalStorage }: FoundServersParts) {
    const { platform } = process;
    const userFolder = globalStorage === null ? null : userFolderOf(globalStorage, platform);
    const workspace = derive(() => open.value.workspace, [open], this.#store);
    const wanted = derive(() => settings.value.sources.vscodeUser, [settings], this.#store);
    const profile = new ProfileWatch({ clock, platform, userFolder, workspace, wanted });
    this.#profile = this.#store.add(profile);
    const { folder } = this.#profile;
    const allPlaces = (): readonly SourcePlace[] =>
      placesOf({
        platform,
        home: homedir(),
        environment: process.env,
        folders: open.value.folders,
        workspaceFile: open.value.workspaceFile,
        profile: folder.value,
        mayReadWorkspace: open.value.isTrusted,
        switches: settings.value.sources,
      });
    const places = derive(allPlaces, [open, settings, folder], this.#store, isDeepStrictEqual);
    const readerNow = (): Reader => ({ door: ownDoorOf(portsOf(door.value)), say });
    const reader = derive(readerNow, [door], this.#store, isDeepStrictEqual);
    this.#sources = this.#store.add(new SourceWatch({ clock, log, places, reader }));
  }

  get view(): FoundSources {
    return {
      files: this.#sources.found,
      refresh: (file) => this.#sources.refresh(file),
    };
  }

  /** Begins to read and to watch. */
  open(): void {
    this.#profile.open();
    this.#sources.open();
  }

  dispose(): void {
    this.#store.dispose();
  }
}
