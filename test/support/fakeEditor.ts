// As much of the editor's API as an activation needs, in place of the module `vscode`. It keeps book of all that is registered and
// not yet ended, and can refuse any one registration, as an editor does where a name is taken or a view is missing.
// Not here: behaviour. What the extension does in an editor is tested in one.

/** What was registered and not yet ended; the next number to refuse. */
export class Book {
  readonly open = new Set<{ readonly what: string }>();
  readonly asked: string[] = [];
  refuse: number | null = null;

  enter(what: string): () => void {
    this.asked.push(what);
    if (this.asked.length - 1 === this.refuse) throw new Error(`The editor refuses ${what}.`);
    const entry = { what };
    this.open.add(entry);
    return () => this.open.delete(entry);
  }

  reset(refuse: number | null): void {
    this.open.clear();
    this.asked.length = 0;
    this.refuse = refuse;
  }
}

export const book = new Book();

const nothing = (): undefined => undefined;

/** Answers to whatever it is asked; ends once. */
const aThing = (what: string, own: object = {}): object => {
  const dispose = book.enter(what);
  const known: Record<PropertyKey, unknown> = { dispose, ...own };
  return new Proxy(known, {
    get: (target, key) => {
      if (key in target) return target[key];
      return /^on[A-Z]/.test(String(key)) ? () => ({ dispose: nothing }) : nothing;
    },
    set: (target, key, value) => {
      target[key] = value;
      return true;
    },
  });
};

const isMaking = (name: string): boolean => /^(create|register|on)[A-Z]/.test(name);

/** Part of the API: what makes something makes a thing in the book, all else resolves with nothing. */
const aPart = (own: object = {}): object =>
  new Proxy(own, {
    get: (target, key) => {
      const name = String(key);
      if (key in target) return Reflect.get(target, key) as unknown;
      return isMaking(name)
        ? (first: unknown) => aThing(typeof first === 'string' ? `${name} ${first}` : name)
        : () => Promise.resolve();
    },
    has: () => true,
  });

class EventEmitter {
  readonly #listeners = new Set<(value: unknown) => void>();
  readonly event = (listener: (value: unknown) => void) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  fire(value: unknown): void {
    for (const listener of this.#listeners) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

/** Takes whatever is asked of it. */
class Value {
  constructor() {
    return new Proxy(this, {
      get: (target, key) => (key in target ? (Reflect.get(target, key) as unknown) : nothing),
    });
  }
}

const aUri = (path: string) => ({ fsPath: path, path, scheme: 'file', toString: () => path });

/** No server is configured, and none of other products is looked for. */
const configuration = {
  get: (key: string) => (key.startsWith('sources.') ? false : undefined),
  inspect: nothing,
  update: () => Promise.resolve(),
};

const textOf = (text: string, ...values: readonly unknown[]): string =>
  text.replaceAll(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)]));

const api: Readonly<Record<string, unknown>> = {
  EventEmitter,
  window: aPart({ state: { focused: true }, tabGroups: aPart({ all: [] }), tabs: [] }),
  workspace: aPart({
    isTrusted: true,
    workspaceFolders: [],
    textDocuments: [],
    workspaceFile: undefined,
    getConfiguration: () => configuration,
  }),
  commands: aPart(),
  languages: aPart(),
  lm: aPart(),
  extensions: aPart(),
  env: aPart({
    language: 'en',
    appName: 'Test',
    uiKind: 1,
    uriScheme: 'test',
    remoteName: undefined,
  }),
  l10n: { t: textOf },
  version: '1.100.0',
  Uri: { file: aUri, parse: aUri, from: () => aUri('/'), joinPath: () => aUri('/') },
};

/** To be given to `vi.mock('vscode', …)`. */
export const fakeEditor = (): object =>
  new Proxy(api, {
    get: (target, key) => {
      if (key in target) return target[String(key)];
      // Classes, and lists of constants: of both only the names are needed.
      if (key === 'then' || typeof key === 'symbol') return undefined;
      return new Proxy(Value, {
        get: (target, name) =>
          name in target ? (Reflect.get(target, name) as unknown) : String(name),
      });
    },
    has: () => true,
  });

/** What the editor hands to `activate`; `folder`: where everything may be kept. */
export const aContext = (folder: string): object => {
  const memento = { get: nothing, update: () => Promise.resolve(), keys: () => [] };
  return {
    globalStorageUri: aUri(`${folder}/global`),
    storageUri: aUri(`${folder}/workspace`),
    extensionUri: aUri(folder),
    extensionPath: folder,
    extension: { packageJSON: { version: '1.0.0' } },
    workspaceState: memento,
    globalState: memento,
    subscriptions: [],
    secrets: {
      get: () => Promise.resolve(),
      store: () => Promise.resolve(),
      delete: () => Promise.resolve(),
      keys: () => Promise.resolve([]),
      onDidChange: () => aThing('secrets.onDidChange'),
    },
  };
};
