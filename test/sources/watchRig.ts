// A live watch over a home folder of nobody's, with what it said along the way.
import { type Clock, realClock } from '../../src/base/clock.ts';
import { Store } from '../../src/base/disposable.ts';
import { Source, whenever } from '../../src/base/signal.ts';
import type { SourceFile, SourceKind } from '../../src/core/sources.ts';
import { placesOf, type Surroundings } from '../../src/sources/places.ts';
import { SourceWatch } from '../../src/sources/watchSources.ts';
import { aDoor, aHome, aReader } from './home.ts';

type Files = readonly SourceFile[];

export const watching = (clock: Clock = realClock) => {
  const home = aHome();
  const store = new Store();
  const places = store.add(new Source(placesOf(home.around)));
  const reader = store.add(new Source(aReader(aDoor())));
  const warnings: string[] = [];
  const silent = (): void => {};
  const log = {
    debug: silent,
    info: silent,
    error: silent,
    warn: (text: string) => warnings.push(text),
  };
  const watch = store.add(new SourceWatch({ clock, log, places, reader }));
  const until = (wanted: (files: Files) => boolean): Promise<Files> =>
    whenever(watch.found, wanted);
  return {
    ...home,
    watch,
    reader,
    warnings,
    until,
    /** Changes what is to be looked at. */
    surround: (more: Partial<Surroundings>) => places.set(placesOf({ ...home.around, ...more })),
    names: (kind: SourceKind) =>
      watch.found.value.find((file) => file.kind === kind)?.servers.map(({ name }) => name) ?? null,
    /** Until the file of this kind names exactly these servers; null: until it is not listed. */
    untilNames: (kind: SourceKind, names: readonly string[] | null) =>
      until((files) => {
        const file = files.find((one) => one.kind === kind);
        return names === null
          ? file === undefined
          : file?.servers.map(({ name }) => name).join() === names.join();
      }),
    end: () => {
      store.dispose();
      home.remove();
    },
  };
};

export const fileOf = (files: Files, kind: SourceKind): SourceFile => {
  const file = files.find((one) => one.kind === kind);
  if (!file) throw new Error(`No file of ${kind} among ${files.map((one) => one.kind).join()}.`);
  return file;
};

/** A file in the shape of most products. */
export const listing = (...names: readonly string[]): string =>
  JSON.stringify({
    mcpServers: Object.fromEntries(names.map((name) => [name, { command: name }])),
  });
