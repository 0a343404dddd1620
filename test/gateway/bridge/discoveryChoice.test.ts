// Which gateway a bridge means, among those that left a file.
import { describe, expect, it } from 'vitest';
import {
  chooseGateway,
  closeness,
  type GatewayWish,
  type PathStyle,
} from '../../../src/gateway/discoveryChoice.ts';
import { serverUrl } from '../../../src/gateway/discoveryEntry.ts';
import { aGateway } from './discoveryFixtures.ts';

const posix: PathStyle = { separator: '/', isCaseless: false };
const windows: PathStyle = { separator: '\\', isCaseless: true };

const aWish = (change: Partial<GatewayWish> = {}): GatewayWish => ({
  server: 'files',
  workspace: null,
  startedIn: null,
  before: null,
  ...change,
});

const chosen = (
  found: Parameters<typeof chooseGateway>[0],
  change: Partial<GatewayWish> = {},
): string | null => chooseGateway(found, aWish(change), posix)?.file ?? null;

describe('with a workspace named', () => {
  it('takes the gateway whose folder encloses it most closely', () => {
    const found = [
      aGateway('outer', { folders: ['/code'] }),
      aGateway('inner', { folders: ['/other', '/code/one/'] }),
      aGateway('beside', { folders: ['/code/one-more'] }),
    ];
    expect(chosen(found, { workspace: '/code/one/src' })).toBe('inner');
  });

  it('waits for a gateway that ended rather than use that of an outer folder', () => {
    const found = [
      aGateway('outer', { folders: ['/code'] }),
      aGateway('inner', { folders: ['/code/one'] }, 'ended'),
    ];
    expect(chosen(found, { workspace: '/code/one' })).toBe('inner');
  });

  it('takes none where no folder encloses it, not even the only gateway there is', () => {
    expect(chosen([aGateway('only')], { workspace: '/code/two' })).toBeNull();
  });

  it('takes a gateway that does not list the server yet, since it may be added', () => {
    const found = [aGateway('only', { servers: [] })];
    expect(chosen(found, { workspace: '/code/one' })).toBe('only');
  });

  it('prefers the running one of two for the same folder', () => {
    const found = [aGateway('ended', { startedAt: 9000 }, 'ended'), aGateway('living')];
    expect(chosen(found, { workspace: '/code/one' })).toBe('living');
  });
});

describe('without a workspace', () => {
  it('takes a running gateway that offers the server', () => {
    const found = [
      aGateway('without', { servers: ['mail'], startedAt: 9000 }),
      aGateway('ended', { startedAt: 9000 }, 'ended'),
      aGateway('living'),
    ];
    expect(chosen(found)).toBe('living');
  });

  it('takes the nearest to where it was started, then the latest', () => {
    const found = [
      aGateway('late', { folders: ['/else'], startedAt: 9000 }),
      aGateway('near', { folders: ['/code/one'] }),
    ];
    expect(chosen(found, { startedIn: '/code/one/src' })).toBe('near');
    expect(chosen(found, { startedIn: '/home' })).toBe('late');
  });

  it('takes one that ended where none runs, and none where none offers the server', () => {
    expect(chosen([aGateway('ended', {}, 'ended')])).toBe('ended');
    expect(chosen([aGateway('only', { servers: ['mail'] })])).toBeNull();
  });
});

it('stays with the gateway that it chose before, as long as its file is there', () => {
  const found = [aGateway('before', {}, 'ended'), aGateway('other')];
  expect(chosen(found, { before: 'before' })).toBe('before');
  expect(chosen(found, { before: 'gone' })).toBe('other');
});

it('never takes one of another machine that shares the home folder', () => {
  const found = [aGateway('far', {}, 'elsewhere')];
  expect(chosen(found)).toBeNull();
  expect(chosen(found, { workspace: '/code/one' })).toBeNull();
  expect(chosen(found, { before: 'far' })).toBeNull();
});

it('compares paths in the way of the platform', () => {
  expect(closeness(['C:\\Code'], 'c:/code/src', windows)).toBe(8);
  expect(closeness(['/Code'], '/code/src', posix)).toBeNull();
  expect(closeness(['/'], '/code', posix)).toBe(1);
});

it('writes the name of a server into its URL so that nothing of it gets another meaning', () => {
  expect(serverUrl('http://127.0.0.1:1/mcp/{name}', 'my $& server')).toBe(
    'http://127.0.0.1:1/mcp/my%20%24%26%20server',
  );
});
