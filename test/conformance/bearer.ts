// Loaded into the suite's process before it (`node --import`): its requests carry no credentials and it has no option for
// them, so the token is added to each on its way out. Nothing else of a request changes, neither Host nor Origin.
import { subscribe } from 'node:diagnostics_channel';

interface Outgoing {
  addHeader(name: string, value: string): void;
}

const token = process.env['CONFORMANCE_TOKEN'] ?? '';

// Both Node's own fetch and the undici that the suite brings along say here what they are about to send.
subscribe('undici:request:create', (message) => {
  (message as { readonly request: Outgoing }).request.addHeader('authorization', `Bearer ${token}`);
});
