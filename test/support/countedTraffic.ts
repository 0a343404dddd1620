// Counts what a test cannot see from outside: handshakes that made a session, and answers that came through a cursor.
import type { Dialer, Link } from '../../src/runtime/ports.ts';

export class Traffic {
  /** Answered `initialize` requests. */
  sessions = 0;
  /** Answers that came on a stream that was resumed. */
  resumed = 0;

  /** The same dialer, with its links counted. */
  counted(dialer: Dialer): Dialer {
    return {
      dial: async (session, events, signal) =>
        this.#count(await dialer.dial(session, events, signal)),
    };
  }

  #count(link: Link): Link {
    const exchange = link.exchange.bind(link);
    const resume = link.resume.bind(link);
    link.exchange = async (request, options) => {
      const fate = await exchange(request, options);
      if (request.method === 'initialize' && fate.kind === 'answered') this.sessions += 1;
      return fate;
    };
    link.resume = async (id, cursor, options) => {
      const fate = await resume(id, cursor, options);
      if (fate.kind === 'answered') this.resumed += 1;
      return fate;
    };
    return link;
  }
}
