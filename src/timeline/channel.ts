// The page's line to the extension, which also remembers for it what it looked at. Everything that comes in is parsed.
import { type MessageToHost, type MessageToPage, parseToPage } from '../core/timeline/messages.ts';

/** What the editor gives to the page of a web view, once. */
interface EditorApi {
  postMessage(message: unknown): void;
}

declare const acquireVsCodeApi: () => EditorApi;

export interface Channel {
  send(message: MessageToHost): void;
  onMessage(listener: (message: MessageToPage) => void): void;
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
  };
};
