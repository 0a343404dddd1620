// A server's question that is open when we are reloaded: the client answers in our next life, and the server that asked gets it,
// in the session in which it asked and in no other.
import { describe, expect, it } from 'vitest';
import { isResponse, type RpcId } from '../../src/core/rpc.ts';
import { aStableRig, type Rig } from '../support/connectionRig.ts';

const answers = ({ server }: Rig): unknown[] => server.got.filter(isResponse);

const asked = async (id: RpcId = 'its own'): Promise<{ rig: Rig; question: RpcId }> => {
  const rig = await aStableRig();
  rig.server.ask(id, 'elicitation/create');
  const question = rig.client.questions[0]?.id ?? '';
  return { rig, question };
};

/** The next life, a moment later, connected. */
const nextLife = async (before: Rig): Promise<Rig> => {
  await before.connection.shutdown();
  await before.advance(5);
  const rig = await before.reload();
  rig.user('started');
  await rig.settle();
  rig.server.got.length = 0;
  return rig;
};

const result = { action: 'accept' };

describe('the answer to a question of an earlier life', () => {
  it.each([
    ['a text', 'q'],
    ['a number', 7],
  ] as const)(
    'reaches the server under its own id, which is %s [reload-survives]',
    async (_, id) => {
      const { rig: before, question } = await asked(id);
      const rig = await nextLife(before);
      expect(rig.state).toBe('ready same-session');
      rig.client.reply({ jsonrpc: '2.0', id: question, result });
      await rig.settle();
      expect(answers(rig)).toEqual([{ jsonrpc: '2.0', id, result }]);
    },
  );

  it('reaches nobody in another session', async () => {
    const { rig: before, question } = await asked();
    before.server.forgetSession();
    const rig = await nextLife(before);
    expect(rig.state).toBe('ready new-session');
    rig.client.reply({ jsonrpc: '2.0', id: question, result });
    await rig.settle();
    expect(answers(rig)).toEqual([]);
  });

  it('reaches nobody where the server keeps no sessions', async () => {
    const before = await aStableRig({}, ({ server }) => {
      server.keepsSessions = false;
    });
    before.server.ask('q', 'elicitation/create');
    const question = before.client.questions[0]?.id ?? '';
    const rig = await nextLife(before);
    rig.client.reply({ jsonrpc: '2.0', id: question, result });
    await rig.settle();
    expect(answers(rig)).toEqual([]);
  });

  it('that somebody made up reaches nobody', async () => {
    const { rig: before } = await asked();
    const rig = await nextLife(before);
    for (const id of ['["server"]', '["server","",0,1,"q"]', '[]', '{}', 'q', '[', 0])
      rig.client.reply({ jsonrpc: '2.0', id, result });
    await rig.settle();
    expect(answers(rig)).toEqual([]);
  });
});

it('a question of this life is answered once', async () => {
  const { rig, question } = await asked();
  rig.server.got.length = 0;
  for (const action of ['accept', 'decline'])
    rig.client.reply({ jsonrpc: '2.0', id: question, result: { action } });
  await rig.settle();
  expect(answers(rig)).toEqual([{ jsonrpc: '2.0', id: 'its own', result }]);
});

it('the id that a client sees does not give the session away [keep-secrets]', async () => {
  const { rig, question } = await asked();
  const { sessionId } = rig.memory.record.value;
  expect(sessionId).not.toBeNull();
  expect(JSON.parse(String(question))).not.toContain(sessionId);
});
