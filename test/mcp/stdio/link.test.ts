// The link over stdio against a server in a real process: the conversation, what it prints, and how it dies.
import { tmpdir } from 'node:os';
import { realpathSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { failureIn, inShort } from '../linkRig.ts';
import {
  aLedger,
  aRequest,
  aStdioServer,
  ask,
  dialled,
  lives,
  resultOf,
  shake,
  textOf,
  toolCall,
  untilTrue,
} from './stdioRig.ts';

describe('a conversation', () => {
  test('has a handshake, calls side by side, and questions of the server', async () => {
    const { link, heard } = await dialled();
    await shake(link);
    const texts = ['one', 'two', 'three'].map((text) => ask(link, 'echo', { text }));
    expect((await Promise.all(texts)).map(textOf)).toEqual(['one', 'two', 'three']);
    expect(heard.messages).toMatchObject([
      { message: { id: 'roots', method: 'roots/list' }, stream: 'standalone' },
    ]);
    expect(link.session).toEqual({ id: null, protocolVersion: '2025-11-25' });
    expect(heard.losses).toEqual([]);
  });

  test('has no push stream of its own', async () => {
    const { link, heard } = await dialled();
    link.listen(null);
    expect(heard.pushes).toEqual(['off']);
  });

  test('cannot be resumed', async () => {
    const { link } = await dialled();
    expect(inShort(await link.resume(1, 'cursor', {}))).toBe('broken closed');
  });

  test('begins a request when the process can read it', async () => {
    const { link } = await dialled();
    let begun = 0;
    const waiting = link.exchange(toolCall('silent'), { begun: () => (begun += 1) });
    expect(begun).toBe(0);
    await untilTrue(() => begun > 0);
    await link.close(false);
    expect(inShort(await waiting)).toBe('broken closed');
    expect(begun).toBe(1);
  });

  test('is read right when a message comes byte by byte', async () => {
    const { link } = await dialled();
    expect(textOf(await ask(link, 'pieces'))).toBe('größer 🚑');
  });

  test('goes on after a call that nobody waits for any more', async () => {
    const { link, heard } = await dialled();
    const giveUp = new AbortController();
    const given = link.exchange(toolCall('silent'), { signal: giveUp.signal });
    await ask(link, 'echo');
    giveUp.abort();
    expect(inShort(await given)).toBe('broken cancelled');
    expect(inShort(await link.exchange(toolCall('echo'), { signal: giveUp.signal }))).toBe(
      'not-sent cancelled',
    );
    expect(textOf(await ask(link, 'echo', { text: 'still here' }))).toBe('still here');
    expect(heard.losses).toEqual([]);
  });

  test('never hands over a call that was given up while it waited for its turn', async () => {
    const ledger = aLedger();
    const { link, pid } = await dialled(aStdioServer({ env: { LEDGER: ledger.file } }));
    await ask(link, 'echo');
    process.kill(pid, 'SIGSTOP');
    const giveUp = new AbortController();
    const large = ask(link, 'echo', { padding: 'x'.repeat(2 ** 22) });
    const given = link.exchange(toolCall('silent'), { signal: giveUp.signal });
    giveUp.abort();
    expect(inShort(await given)).toBe('not-sent cancelled');
    process.kill(pid, 'SIGCONT');
    await large;
    await ask(link, 'echo');
    expect(ledger.asked().map(({ params }) => params['name'])).toEqual(['echo', 'echo', 'echo']);
  });

  test('gives an error without an id to the only one who waits', async () => {
    const { link } = await dialled();
    const fate = await ask(link, 'orphanError');
    expect(fate).toMatchObject({ kind: 'answered', response: { error: { code: -32700 } } });
  });
});

describe('a process', () => {
  test('gets the safe variables and those of the settings, and starts in the folder', async () => {
    process.env['LIFELINE_TEST_SECRET'] = 'of another program';
    const { link } = await dialled(aStdioServer({ env: { OWN: 'mine', TERM: 'ours' } }));
    delete process.env['LIFELINE_TEST_SECRET'];
    const { env, cwd } = resultOf(await ask(link, 'environment'));
    expect(env).toMatchObject({ OWN: 'mine', TERM: 'ours', PATH: process.env['PATH'] });
    expect(env).not.toHaveProperty('LIFELINE_TEST_SECRET');
    expect(cwd).toBe(realpathSync(tmpdir()));
  });

  test('starts in its own folder where it has one', async () => {
    const { link } = await dialled(aStdioServer({ cwd: '/' }));
    expect(resultOf(await ask(link, 'environment'))).toMatchObject({ cwd: '/' });
  });

  test('that prints to stdout is heard in the log, and its messages are read all the same', async () => {
    const { link, log, heard } = await dialled();
    expect(textOf(await ask(link, 'nonsense'))).toBe('after nonsense');
    expect(log.has('Printed to stdout, no message: Listening on stdio!')).toBe(true);
    expect(log.has('an object of a logger')).toBe(true);
    expect(heard.losses).toEqual([]);
  });

  test('is heard in the log, line by line, with what it says on stderr', async () => {
    const { log } = await dialled();
    await untilTrue(() => log.has('info stderr: crashing server is up'));
  });
});

describe('the death of a process', () => {
  test('ends a call that was written as broken, and is told once, with code and last words', async () => {
    const { link, heard } = await dialled();
    const fate = await ask(link, 'crash');
    expect(fate).toMatchObject({ kind: 'broken', cursor: null });
    const failure = failureIn(fate);
    expect(failure.kind).toBe('process-exited');
    expect(failure.detail).toContain('exited with code 7');
    expect(failure.detail).toContain('crashing server is up | about to crash |');
    expect(failure.detail).not.toContain('hunter22');
    expect(heard.losses).toEqual([failure]);
    expect(inShort(await ask(link, 'echo'))).toBe('not-sent process-exited');
    await link.close(false);
    expect(heard.losses).toHaveLength(1);
  });

  test('by kill -9 in the middle of calls ends them all, and names the signal', async () => {
    const { link, heard, pid } = await dialled();
    const calls = [ask(link, 'silent'), ask(link, 'silent'), ask(link, 'silent')];
    await ask(link, 'echo');
    process.kill(pid, 'SIGKILL');
    const fates = await Promise.all(calls);
    expect(fates.map(inShort)).toEqual(Array(3).fill('broken process-exited'));
    expect(failureIn(fates[0] ?? expect.fail()).detail).toContain('was ended by SIGKILL');
    expect(heard.losses).toHaveLength(1);
  });

  test('does not take an answer away that came right before it', async () => {
    const { link, heard } = await dialled();
    expect(textOf(await ask(link, 'farewell'))).toBe('farewell');
    await untilTrue(() => heard.losses.length > 0);
    expect(heard.losses).toMatchObject([{ kind: 'process-exited' }]);
  });

  test('is told to the link before its exchanges end', async () => {
    const { link, heard } = await dialled();
    let lossesBefore = -1;
    const call = ask(link, 'crash').then(() => (lossesBefore = heard.losses.length));
    await call;
    expect(lossesBefore).toBe(1);
  });

  test('leaves what it had not read unsent, so that it may be sent again', async () => {
    const ledger = aLedger();
    const { link, pid } = await dialled(aStdioServer({ env: { LEDGER: ledger.file } }));
    await ask(link, 'freeze');
    // More than any pipe holds: the kernel cannot take the whole line.
    const padding = 'x'.repeat(2 ** 22);
    const stuck = ask(link, 'echo', { padding });
    const queued = ask(link, 'echo');
    const told = link.tell({ jsonrpc: '2.0', method: 'notifications/cancelled' });
    let isOver = false;
    void stuck.then(() => (isOver = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isOver).toBe(false);
    process.kill(pid, 'SIGKILL');
    expect(inShort(await stuck)).toBe('not-sent process-exited');
    expect(inShort(await queued)).toBe('not-sent process-exited');
    expect(inShort(await told)).toBe('not-sent process-exited');
    expect(ledger.asked()).toHaveLength(1);
  });

  test('before the first answer is a failure of the handshake with code and last words', async () => {
    const { link } = await dialled(aStdioServer({ env: { CRASH_AT: 'up' } }));
    const failure = failureIn(await link.exchange(aRequest('initialize'), {}));
    expect(failure.kind).toBe('process-exited');
    expect(failure.detail).toContain('exited with code 3');
    expect(failure.detail).toContain('Error: no database | at start (server.js:1:1)');
  });

  test('of its input alone is a loss as well, and the process is ended', async () => {
    const { link, heard, pid } = await dialled();
    await ask(link, 'closeInput');
    const fate = await ask(link, 'echo');
    expect(failureIn(fate).detail).toContain('has closed its input');
    expect(heard.losses).toHaveLength(1);
    await untilTrue(() => !lives(pid));
  });
});

describe('a message that is too large', () => {
  const limit = { maxMessageBytes: 2 ** 20 };

  test('ends the call that waits for it, and no other', async () => {
    const { link, heard } = await dialled(aStdioServer(), limit);
    const other = ask(link, 'silent');
    const large = ask(link, 'big', { bytes: 2 ** 21 });
    expect(inShort(await large)).toBe('broken too-large');
    expect(textOf(await ask(link, 'big', { bytes: 2 ** 19 }))).toHaveLength(2 ** 19);
    expect(heard.losses).toEqual([]);
    await link.close(false);
    expect(inShort(await other)).toBe('broken closed');
  });

  test('and belongs to nobody is a loss, since anybody may wait for it', async () => {
    const { link, heard, pid } = await dialled(aStdioServer(), limit);
    expect(inShort(await ask(link, 'bigNotice', { bytes: 2 ** 21 }))).toBe('broken too-large');
    expect(heard.losses).toMatchObject([{ kind: 'too-large' }]);
    await untilTrue(() => !lives(pid));
  });

  test('and never ends is a loss', async () => {
    const { link, heard } = await dialled(aStdioServer(), limit);
    expect(inShort(await ask(link, 'endless', { bytes: 2 ** 23 }))).toBe('broken too-large');
    expect(heard.losses).toMatchObject([{ kind: 'too-large' }]);
  });

  test('to a server that does not read is refused when too much waits', async () => {
    const { link } = await dialled(aStdioServer(), limit);
    await ask(link, 'freeze');
    const padding = 'x'.repeat(2 ** 19);
    const waiting = [1, 2, 3].map(() => ask(link, 'echo', { padding }));
    const last = await Promise.race(waiting);
    expect(inShort(last)).toBe('not-sent silent');
    await link.close(false);
    const kinds = (await Promise.all(waiting)).map(inShort);
    expect(kinds.filter((kind) => kind === 'not-sent silent').length).toBeGreaterThan(0);
  });
});
