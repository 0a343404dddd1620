// The SDK's `Client` on a connection, reduced to what our own views ask of it. Loads the SDK's code only when
// called. No request has a time limit here: deadlines belong to the connection, which answers every request.
import { isObject, type JsonObject } from '../core/rpc.ts';
import { SaidError } from '../core/wording/saidError.ts';
import { isUnsaid, unsaid } from '../core/wording/unsaid.ts';
import type { ClientEnd } from '../runtime/clientEnd.ts';
import type { ToolCallOptions } from '../runtime/watch.ts';
import { createClientTransport, wordsKey } from './clientTransport.ts';
import { type ListName, listNames } from './catalog.ts';
import type * as SdkPart from './sdk.ts';

export interface WorkspaceRoot {
  readonly uri: string;
  readonly name: string;
}

export interface SdkClientDeps {
  readonly end: ClientEnd;
  /** Version of this product, told to servers. */
  readonly version: string;
  readonly roots: () => readonly WorkspaceRoot[];
  readonly onListChanged: (name: ListName) => void;
  readonly onError: (error: Error) => void;
}

export interface SdkClient {
  /** Whether the server said at its handshake that it has this list. */
  offers(name: ListName): boolean;
  /** Whether a tool call can be a task there (2025-11-25, tasks). */
  readonly takesTasks: boolean;
  /** Rejects with an Error whose message is the server's own words. */
  request(method: string, params: JsonObject, options?: ToolCallOptions): Promise<JsonObject>;
  tellRootsChanged(): Promise<void>;
}

// Longer than this and Node's timers fire at once; the SDK has no way to say "never".
const noLimit = 2 ** 31 - 1;

type Sdk = typeof SdkPart;
type Client = InstanceType<Sdk['Client']>;

/** Connects, for as long as it takes. Aborting `life` ends the client; whatever is still asked rejects. */
export const connectSdkClient = async (
  deps: SdkClientDeps,
  life: AbortSignal,
): Promise<SdkClient> => {
  const sdk = await import('./sdk.ts');
  life.throwIfAborted();
  const client = new sdk.Client(
    { name: 'mcp-lifeline', title: 'MCP Lifeline', version: deps.version },
    { capabilities: { roots: { listChanged: true } } },
  );
  // Closing a client transport cannot fail; see clientTransport.ts.
  life.addEventListener('abort', () => void client.close(), { once: true });
  client.onerror = deps.onError;
  listen(client, sdk, deps);
  await client
    .connect(createClientTransport(deps.end), { timeout: noLimit })
    .catch((error: unknown) => Promise.reject(inItsWords(error, sdk)));
  return {
    offers: (name) => client.getServerCapabilities()?.[name] !== undefined,
    takesTasks: client.getServerCapabilities()?.tasks?.requests?.tools?.call !== undefined,
    request: (method, params, options = {}) => request(client, sdk, { method, params }, options),
    tellRootsChanged: () => client.sendRootsListChanged(),
  };
};

const listen = (client: Client, sdk: Sdk, deps: SdkClientDeps): void => {
  client.setRequestHandler(sdk.ListRootsRequestSchema, () => ({
    roots: deps.roots().map((root) => ({ ...root })),
  }));
  const schemas = {
    tools: sdk.ToolListChangedNotificationSchema,
    resources: sdk.ResourceListChangedNotificationSchema,
    prompts: sdk.PromptListChangedNotificationSchema,
  };
  for (const name of listNames) {
    client.setNotificationHandler(schemas[name], () => deps.onListChanged(name));
  }
};

const request = async (
  client: Client,
  sdk: Sdk,
  message: { readonly method: string; readonly params: JsonObject },
  { signal, onProgress }: ToolCallOptions,
): Promise<JsonObject> => {
  // One controller per request: the SDK never lets go of a signal and would cancel an answered request as well.
  const cancelled = new AbortController();
  const cancel = (): void => cancelled.abort(signal?.reason);
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel);
  try {
    // Not the SDK's schema of the method, which checks and fills in: a view shows what the server sent.
    const anyResult = sdk.ResultSchema;
    return await client.request(
      { method: message.method, params: { ...message.params } },
      anyResult,
      {
        timeout: noLimit,
        signal: cancelled.signal,
        ...(onProgress === undefined
          ? {}
          : { onprogress: (progress) => onProgress(onlyKnown(progress)) }),
      },
    );
  } catch (error) {
    throw signal?.aborted
      ? new SaidError(unsaid('The call was cancelled.'), error)
      : plainly(error, client, sdk);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
};

type Progress = Parameters<NonNullable<ToolCallOptions['onProgress']>>[0];

const onlyKnown = (progress: {
  progress: number;
  total?: number | undefined;
  message?: string | undefined;
}): Progress => ({
  progress: progress.progress,
  ...(progress.total === undefined ? {} : { total: progress.total }),
  ...(progress.message === undefined ? {} : { message: progress.message }),
});

const plainly = (error: unknown, client: Client, sdk: Sdk): unknown =>
  // Not told by the code: the SDK's `ConnectionClosed` is -32000, which servers use for anything.
  client.transport === undefined
    ? new SaidError(unsaid('The connection was closed.'), error)
    : inItsWords(error, sdk);

/** The SDK puts `MCP error -32603: ` before the words of the server or of the connection; a person needs only these. */
const inItsWords = (error: unknown, sdk: Sdk): unknown => {
  if (!(error instanceof sdk.McpError)) return error;
  const words = isObject(error.data) ? error.data[wordsKey] : undefined;
  if (isUnsaid(words)) return new SaidError(words, error);
  const prefix = `MCP error ${error.code}: `;
  const text = error.message.startsWith(prefix)
    ? error.message.slice(prefix.length)
    : error.message;
  return new Error(text, { cause: error });
};
