// The place where messages are posted, as the first event of an HTTP+SSE stream names it (spec 2024-11-05, transports).
// Pure. Not here: the stream.
import { ConnectionError, wordedFailure } from '../../core/connection/failure.ts';
import { unsaid } from '../../core/wording/unsaid.ts';

const longestEndpoint = 4_096;

/** Throws `ConnectionError` where it cannot be posted to. `base`: the URL of the stream. */
export const endpointOf = (data: string, base: URL): URL => {
  const text = data.trim();
  if (text === '' || text.length > longestEndpoint || !URL.canParse(text, base.href)) {
    const detail = unsaid('The stream of the server names an endpoint that is no URL.');
    throw new ConnectionError(wordedFailure('not-mcp', detail));
  }
  const endpoint = new URL(text, base);
  // Our headers would go along, credentials among them.
  if (endpoint.origin !== base.origin) {
    const detail = unsaid(
      'The stream of the server names an endpoint elsewhere ({0}), which is not used.',
      endpoint.origin,
    );
    throw new ConnectionError(wordedFailure('redirected', detail));
  }
  return endpoint;
};
