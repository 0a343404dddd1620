// The page's line to the extension, and its memory while its tab is in the background. Everything that comes in is parsed.
import {
  type KeptView,
  type MessageToHost,
  type MessageToPage,
  parseKeptView,
  parseToPage,
} from '../core/timeline/messages.ts';

/** What the editor gives to the page of a web view, once. */
interface EditorApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare const acquireVsCodeApi: () => EditorApi;

export interface Channel {
  send(message: MessageToHost): void;
  onMessage(listener: (message: MessageToPage) => void): void;
  readonly kept: KeptView | null;
  keep(view: KeptView): void;
}

export const openChannel = (): Channel => {
  const api = acquireVsCodeApi();
  return {
    send: (message) => api.postMessage(message),
    onMessage: (listener) => {
      window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const message = parseToPage(data);
        if (message !== null) listener(message);
      });
    },
    kept: parseKeptView(api.getState()),
    keep: (view) => api.setState(view),
  };
};
