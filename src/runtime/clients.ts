// Programs that use the servers of a window through the gateway: what the gateway asks of the fleet.
// Implemented by runtime/fleet.ts and runtime/server.ts. Not here: HTTP, sessions and streams of the gateway.
import type { Disposable } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { Life } from '../core/connection/state.ts';
import type { JsonObject, RpcRequest } from '../core/rpc.ts';
import type { ClientEnd } from './clientEnd.ts';

/** Who a client of the gateway is. */
export interface ClientSpec {
  /** Its key in records and journal. The same key finds the same upstream session again after a reload. */
  readonly client: string;
  /** How a person knows it: the name in its `initialize`. */
  readonly label: string;
  /** It is known to wait for minutes, as VS Code does: its calls are held for the longer budget. */
  readonly isPatient: boolean;
  /** Params of its `initialize` as far as an earlier life knows them; null where it will still say hello. */
  readonly hello: JsonObject | null;
}

/** One program at one server. */
export interface AttachedClient extends Disposable {
  /**
   * Answers every request exactly once. `initialize` is answered within two seconds whatever happens upstream, from what the
   * server said last or with a welcome that promises every list; lists are answered from memory while the server is away.
   * Answers carry the id of their request; ids must be unique over all lives of this client.
   */
  readonly end: ClientEnd;
  readonly life: Signal<Life>;
  /**
   * The program is there: its calls of an earlier life go on and are answered through `end` under their old ids. Returns those
   * ids. Without this nothing of an earlier life runs. `taking` is told each of them, as its client asked it.
   */
  claim(taking?: (request: RpcRequest) => void): readonly string[];
  /** The program ended its session: the one upstream is ended too, and nothing of it is kept. */
  leave(): Promise<void>;
}

/** The servers that clients may use, by name. */
export interface ServerDirectory {
  /** The names, in the order of the settings. */
  readonly names: Signal<readonly string[]>;
  /** Undefined where there is no such server, or it is disabled. */
  attach(serverId: string, spec: ClientSpec): AttachedClient | undefined;
}
