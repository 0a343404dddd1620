// Which folder holds the user's `mcp.json` for this window: the editor tells extensions nothing of its profiles, so that what
// it remembers on disk is read, and read again when it changes, while anybody asks. Not here: what that memory looks like
// (profileFolder.ts).
import { type Clock, every, type Millis } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import { during, type Signal, Source } from '../base/signal.ts';
import { profileFolder, profileMemory } from './profileFolder.ts';
import { longestFile, type Reading } from './readText.ts';
import { FileWatch } from './watchFile.ts';

export interface ProfilePorts {
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  /** The folder `User` of the editor; null where it is not on this machine. */
  readonly userFolder: string | null;
  /** URI of the folder or the workspace file that is open. */
  readonly workspace: Signal<string | null>;
  /** Whether the servers of the profile are asked for. */
  readonly wanted: Signal<boolean>;
}

/** Nobody changes the profile of a window often. */
const checkInterval: Millis = 30_000;

const parsed = (reading: Reading): unknown => {
  if (reading.kind !== 'text') return null;
  try {
    return JSON.parse(reading.text);
  } catch {
    // The editor is writing it; the default profile is the best guess until it has.
    return null;
  }
};

export class ProfileWatch implements Disposable {
  readonly #ports: ProfilePorts;
  readonly #store = new Store();
  readonly #folder = this.#store.add(new Source<string | null>(null));
  #memory: unknown = null;

  constructor(ports: ProfilePorts) {
    this.#ports = ports;
  }

  /** Null until it is known, so that no other profile's servers are shown in the meantime. */
  get folder(): Signal<string | null> {
    return this.#folder;
  }

  open(): void {
    const { userFolder, wanted } = this.#ports;
    if (userFolder !== null) this.#store.add(during(wanted, () => this.#watch(userFolder)));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #watch(userFolder: string): Disposable {
    const { clock, platform, workspace } = this.#ports;
    const life = new Store();
    // What was known when nobody asked any more may be of another workspace.
    this.#folder.set(null);
    const publish = (): void =>
      this.#folder.set(profileFolder(userFolder, this.#memory, workspace.value, platform));
    const watch = life.add(
      new FileWatch(profileMemory(userFolder, platform), {
        clock,
        limit: longestFile,
        onReading: (reading) => {
          this.#memory = parsed(reading);
          publish();
        },
      }),
    );
    life.add(workspace.onChange(publish));
    life.add(every(clock, checkInterval, () => void watch.check()));
    void watch.look();
    return life;
  }
}
