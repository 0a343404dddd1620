// A TCP relay in front of a server, as a proxy or a port forwarder is: it keeps its clients' connections when the server
// behind it dies, and makes new ones to it with the next bytes. A restart behind it shows in no socket.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface HidingRelay {
  readonly port: number;
  close(): Promise<void>;
}

const serve = (client: Socket, port: number): void => {
  let upstream: Socket | undefined;
  const dial = (): Socket => {
    const socket = connect({ port, host: '127.0.0.1' });
    upstream = socket;
    // The client hears nothing of its end: that is what this relay is for.
    socket.on('error', () => undefined);
    socket.on('data', (part) => client.write(part));
    socket.once('close', () => {
      if (upstream === socket) upstream = undefined;
    });
    return socket;
  };
  client.on('error', () => undefined);
  client.on('data', (part) => (upstream ?? dial()).write(part));
  client.once('close', () => upstream?.destroy());
};

export const startHidingRelay = async (to: number): Promise<HidingRelay> => {
  const clients = new Set<Socket>();
  const server = createServer((client) => {
    clients.add(client);
    client.once('close', () => clients.delete(client));
    serve(client, to);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return {
    port: address.port,
    close: async () => {
      for (const client of clients) client.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};
