// The servers that other products define, from the editor's folders and settings to the list that the screens show.
// Composition only; what is decided is decided in the rooms.
import { homedir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
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

/** The value of `read`, anew whenever one of the signals changes; the same object while it means the same. */
const derived = <T>(read: () => T, from: readonly Signal<unknown>[], owner: Store): Signal<T> => {
  const source = owner.add(new Source(read()));
  const update = (): void => {
    const next = read();
    if (!isDeepStrictEqual(next, source.value)) source.set(next);
  };
  for (const signal of from) owner.add(signal.onChange(update));
  return source;
};

export class FoundServers implements Disposable {
  readonly #store = new Store();
  readonly #profile: ProfileWatch;
  readonly #sources: SourceWatch;

  constructor({ clock, log, say, settings, door, open, globalStorage }: FoundServersParts) {
    const { platform } = process;
    const userFolder = globalStorage === null ? null : userFolderOf(globalStorage, platform);
    const workspace = derived(() => open.value.workspace, [open], this.#store);
    this.#profile = this.#store.add(new ProfileWatch({ clock, platform, userFolder, workspace }));
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
    const places = derived(allPlaces, [open, settings, folder], this.#store);
    const readerNow = (): Reader => ({ door: ownDoorOf(portsOf(door.value)), say });
    const reader = derived(readerNow, [door], this.#store);
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
