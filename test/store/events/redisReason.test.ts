import { expect, it } from 'vitest';
import { redisReason } from '../../../src/store/events/redisReason.ts';

const url = 'redis://us%65r-name:p%40ss-w%6Frd@redis.example:6379/2?token=tok-123';

it('a reason quotes neither the password nor anything else of the address that is secret [keep-secrets]', () => {
  const telling = [
    new Error(`cannot use ${url}`),
    new Error('WRONGPASS for user-name with p@ss-word'),
    new Error('AUTH us%65r-name p%40ss-w%6Frd failed at tok-123'),
    'thrown as a text: p@ss-word',
  ];
  const said = telling.map((error) => redisReason(error, url)).join();
  for (const secret of ['user-name', 'us%65r', 'p@ss', 'p%40ss', 'tok-123'])
    expect(said).not.toContain(secret);
  expect(said).toContain('WRONGPASS');
});

it('an address that cannot be read is secret as a whole', () => {
  expect(
    redisReason(new Error('Invalid URL: redis://:hush:x:y'), 'redis://:hush:x:y'),
  ).not.toContain('hush');
});

it('a percent sign that encodes nothing does no harm', () => {
  expect(redisReason(new Error('no 100%-pass'), 'redis://:100%-pass@h')).not.toContain('-pass');
});

it('an error without words of its own is told by those that it is made of', () => {
  const refused = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}:1`));
  expect(redisReason(new AggregateError(refused), url)).toBe(
    'connect ECONNREFUSED ::1:1, connect ECONNREFUSED 127.0.0.1:1',
  );
  expect(redisReason(new RangeError(), url)).toBe('RangeError');
});
