// A link that passes everything on to another one. Whoever has to do something of his own on the way changes just that.
import type { ExchangeOptions, Fate, Link } from './ports.ts';
import type { RpcId, RpcNotification, RpcRequest, RpcResponse } from '../core/rpc.ts';

export class PassingLink implements Link {
  /** Where everything goes; a handshake may find out that it has to be another one. */
  protected link: Link;

  constructor(link: Link) {
    this.link = link;
  }

  get session(): Link['session'] {
    return this.link.session;
  }

  get tellsLeaving(): boolean | undefined {
    return this.link.tellsLeaving;
  }

  useVersion(protocolVersion: string): void {
    this.link.useVersion(protocolVersion);
  }

  exchange(request: RpcRequest, options: ExchangeOptions): Promise<Fate> {
    return this.link.exchange(request, options);
  }

  tell(message: RpcNotification | RpcResponse): Promise<Fate> {
    return this.link.tell(message);
  }

  resume(id: RpcId, cursor: string, options: ExchangeOptions): Promise<Fate> {
    return this.link.resume(id, cursor, options);
  }

  listen(cursor: string | null): void {
    this.link.listen(cursor);
  }

  reset(): void {
    this.link.reset();
  }

  leave(): Promise<void> {
    return this.link.leave();
  }

  close(goodbye: boolean): Promise<void> {
    return this.link.close(goodbye);
  }
}
