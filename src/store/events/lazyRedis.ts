// Loads the client for Redis when a connection is wanted: it is half a megabyte that hardly anybody needs.
import type { ConnectRedis } from './redisWire.ts';

export const lazyRedis: ConnectRedis = async (address) => {
  const { connectRedis } = await import('./redisClient.ts');
  return connectRedis(address);
};
