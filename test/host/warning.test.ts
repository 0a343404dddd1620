// Notifications that nobody asked for can be switched off, by the setting and by their own button.
import { expect, test } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import type { Settings } from '../../src/core/settings.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import { placesToMute, warn, type WarningPorts } from '../../src/host/warning.ts';

const aVoice = (pressed?: string) => {
  const { settings } = parseSettings({}, [], (text) => text);
  const current = new Source<Settings>(settings);
  const shown: string[][] = [];
  const ports: WarningPorts = {
    settings: {
      current,
      muteNotifications: () => {
        current.set({ ...current.value, notifications: 'off' });
        return Promise.resolve();
      },
    },
    show: (...parts) => {
      shown.push(parts);
      return Promise.resolve(pressed);
    },
    never: 'Never',
  };
  return { ports, shown, current };
};

test('a warning is shown with its buttons and one for no more of them', async () => {
  const { ports, shown } = aVoice('Show');
  expect(await warn(ports, 'Calls were left behind.', ['Show'])).toBe('Show');
  expect(shown).toEqual([['Calls were left behind.', 'Show', 'Never']]);
});

test('none is shown once that button was pressed', async () => {
  const { ports, shown, current } = aVoice('Never');
  expect(await warn(ports, 'one', ['Show'])).toBeUndefined();
  expect(current.value.notifications).toBe('off');
  expect(await warn(ports, 'another', ['Show'])).toBeUndefined();
  expect(shown).toHaveLength(1);
});

test('the wish for no more of them is written where a workspace says otherwise, too', () => {
  expect(placesToMute('on', true)).toEqual(['user', 'workspace']);
  expect(placesToMute(undefined, true)).toEqual(['user']);
  expect(placesToMute('off', true)).toEqual(['user']);
  // Its value does not count there, and nothing is written to it.
  expect(placesToMute('on', false)).toEqual(['user']);
});
