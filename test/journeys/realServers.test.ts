// Servers that people run, from npm, killed and started again under a fleet. Each has its own answer to an old session
// (server-everything 400, the others 404 in three wordings), and none has a health endpoint that knows of sessions.
import { expect, onTestFinished, test } from 'vitest';
import type { JsonObject } from '../../src/core/rpc.ts';
import { type RealServer, startRealServer } from '../support/realServers.ts';
import { aRig, recoveredBy, sinceReady, untilListed } from './stage.ts';

interface Talk {
  readonly name: RealServer;
  readonly tool: string;
  readonly args: (text: string) => JsonObject;
  readonly says: (text: string) => string;
}

const echo = (name: RealServer, argument: string, says: (text: string) => string): Talk => ({
  name,
  tool: 'echo',
  args: (text) => ({ [argument]: text }),
  says,
});

const talks: readonly Talk[] = [
  echo('everything', 'message', (text) => `Echo: ${text}`),
  echo('fastmcp', 'text', (text) => text),
  echo('supergateway', 'message', (text) => `Echo: ${text}`),
  echo('mcpProxy', 'message', (text) => `Echo: ${text}`),
  {
    name: 'playwright',
    tool: 'browser_tabs',
    args: () => ({ action: 'list' }),
    says: () => 'about:blank',
  },
];

test.for(talks)(
  '[restart-invisible] $name is killed and restarted: the next call works, and so does one made while it is down',
  async ({ name, tool, args, says }) => {
    const server = await startRealServer(name);
    onTestFinished(() => server.stop());
    const rig = aRig(server.url);
    await rig.untilState('ready');
    await untilListed(rig);
    const talk = async (text: string): Promise<void> => {
      const answer = await rig.call(tool, args(text));
      expect(answer).toMatchObject({ isError: false, outcome: null });
      expect(answer.text).toContain(says(text));
    };
    await talk('before');
    await server.restart();
    await talk('at once');
    expect(recoveredBy(rig)).toBe('new-session');
    await server.kill9();
    const whileDown = talk('while down');
    server.start();
    await whileDown;
    expect(sinceReady(rig)).toEqual(['ready', 'reconnecting', 'ready', 'reconnecting', 'ready']);
  },
);
