// A browser without a screen: follows the redirects of a sign-in page with its cookies, pushes the one button there is, and comes
// back with what the last redirect says.
import type { Landing } from '../../src/mcp/auth/ports.ts';

const mostPages = 20;

class Cookies {
  readonly #values = new Map<string, string>();

  take(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      this.#values.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  get header(): string {
    return [...this.#values].map(([name, value]) => `${name}=${value}`).join('; ');
  }
}

/** The address that the page leads to in the end, where that begins with `redirectUrl`. */
const signInAt = async (start: URL, redirectUrl: string): Promise<URL> => {
  const cookies = new Cookies();
  let next = start;
  let method = 'GET';
  for (let pages = 0; pages < mostPages; pages += 1) {
    const headers = { cookie: cookies.header, connection: 'close' };
    const response = await fetch(next, { method, headers, redirect: 'manual' });
    cookies.take(response);
    const text = await response.text();
    const location = response.headers.get('location');
    const action = /<form method="post" action="([^"]+)"/.exec(text)?.[1];
    const target = location ?? action;
    if (target === undefined || target === null)
      throw new Error(
        `The page answered ${response.status} and leads nowhere: ${text.slice(0, 300)}`,
      );
    next = new URL(target, next);
    method = location === null ? 'POST' : 'GET';
    if (next.href.startsWith(redirectUrl)) return next;
  }
  throw new Error('The sign-in goes round in circles.');
};

export interface LandingOptions {
  readonly redirectUrl?: string;
  /** Changes what comes back. */
  readonly change?: (query: URLSearchParams) => void;
  readonly visited?: (url: URL) => void;
}

export const headlessLanding = ({
  redirectUrl = 'http://127.0.0.1:51234/signed-in',
  change = () => undefined,
  visited = () => undefined,
}: LandingOptions = {}): Landing => ({
  redirectUrl,
  visit: async (url) => {
    visited(url);
    const back = await signInAt(url, redirectUrl);
    change(back.searchParams);
    return back.searchParams;
  },
  dispose: () => undefined,
});
