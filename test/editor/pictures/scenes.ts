// What is played for the pictures of the README, and where somebody looks: a camera (`npm run pictures`) or a witness who
// compares what is seen with what the committed pictures say (test/editor/pictures.test.ts).
import { fillForm, fold, frame, leaveViews, type Size, widen } from './directions.ts';
import { type Area, timelineOf } from './seen.ts';
import type { Studio } from './studio.ts';

export interface Picture {
  readonly name: string;
  /** A part of the window; without it the whole. */
  readonly part?: Size & { readonly from: 'bottom-left' | 'bottom-right' | 'top' };
  /** What can be read in it. */
  readonly areas: readonly Area[];
}

/** A moment of the moving picture: what the band below it says, and for how long it stands, once or several times in a row. */
export interface Moment {
  readonly caption: string;
  readonly millis: number;
  readonly times?: number;
}

export interface Onlooker {
  /** For the scene in which a server stays away until that is told, which takes its time at the default settings. */
  readonly hurry: Readonly<Record<string, unknown>>;
  still(picture: Picture): Promise<void>;
  /** The next moment of the moving picture, in which the whole window is seen. */
  moment(name: string, moment: Moment): Promise<void>;
}

interface Stage {
  readonly studio: Studio;
  readonly onlooker: Onlooker;
}

const ofOutage = async ({ studio: { screen, servers }, onlooker }: Stage): Promise<void> => {
  await frame(screen, { width: 970, height: 480 });
  await fold(screen, 'History');
  await widen(screen, 690);
  await leaveViews(screen);
  await screen.shows('notes', /^ready/);
  await onlooker.moment('ready', {
    caption: 'A server is connected, and proven to be.',
    millis: 1_400,
  });
  await servers.notes.kill9();
  await screen.shows('notes', /^reconnecting in/);
  const lost = { caption: 'The server is killed. Lifeline looks for it at once.' };
  await onlooker.moment('lost', { ...lost, millis: 900, times: 2 });
  await screen.command('Call Tool…');
  const values = { note: 'Sessions survive a restart.' };
  await fillForm(screen, { tool: 'append_note', values });
  const asked = { caption: 'A tool is called, although its server is away.' };
  await onlooker.moment('asked', { ...asked, millis: 1_800 });
  await screen.window.page.keyboard.press('Enter');
  await screen.shows('notes', /^reconnecting in .*1 call held/);
  const held = { caption: 'The call does not fail: it is held until the server is back.' };
  await onlooker.moment('held', { ...held, millis: 900, times: 3 });
  servers.notes.start();
  await screen.documentShows('Note');
  await screen.shows('notes', /^ready/);
  await screen.notice(/^Calling /).waitFor({ state: 'detached' });
  const answered = {
    caption: 'The server is back, and the call is answered. Nobody had to reconnect.',
  };
  await onlooker.moment('answered', { ...answered, millis: 4_000 });
};

/** The third one is never contacted. */
const all = ({ notes, search }: Studio['servers']): Readonly<Record<string, unknown>> => ({
  notes: { url: notes.url },
  search: { url: search.url },
  tickets: {
    url: 'https://tickets.example.com/mcp',
    headers: { Authorization: 'Bearer ${TICKETS_TOKEN}' },
  },
});

/** One server in each of several states, and what happened to one of them. */
const ofConnections = async ({ studio, onlooker }: Stage): Promise<void> => {
  const { screen } = studio;
  await frame(screen, { width: 1000, height: 520 });
  await fold(screen, 'History');
  await fold(screen, 'Pending Calls');
  await widen(screen, 600);
  const { notes, search } = studio.servers;
  studio.configure(all(studio.servers));
  await screen.shows('search', /^ready/);
  await screen.shows('tickets', /^input needed/);
  // Whether a quick restart is met by a try is chance; this one is.
  await search.kill9();
  await screen.shows('search', /attempt [3-9]/);
  search.start();
  await screen.partShows('search', 'Session', /^new session/);
  await screen.expand('Recent Events', 2);
  await notes.kill9();
  await screen.window.command('View: Close All Editors');
  await screen.window.command('Notifications: Clear All Notifications');
  await leaveViews(screen);
  await screen.shows('notes', /^reconnecting in [3-9] s/);
  await onlooker.still({
    name: 'connections',
    part: { from: 'bottom-left', width: 650, height: 520 },
    areas: ['status', 'views'],
  });
};

const ofNotices = async ({ studio, onlooker }: Stage): Promise<void> => {
  const { screen } = studio;
  const { notes, search } = studio.servers;
  notes.start();
  await screen.shows('notes', /^ready/);
  // It fails for the first times while the settings are being read.
  studio.configure(all(studio.servers), onlooker.hurry);
  await search.kill9();
  await screen.notice(/is not coming back/).waitFor({ timeout: 120_000 });
  await onlooker.still({
    name: 'notification',
    part: { from: 'bottom-right', width: 500, height: 180 },
    areas: ['notices'],
  });
  search.start();
  await screen.shows('search', /^ready/);
  await screen.window.command('Notifications: Clear All Notifications');
};

const ofForm = async ({ studio: { screen }, onlooker }: Stage): Promise<void> => {
  await screen.command('Call Tool…');
  await screen.chooseLabel('MCP Lifeline', 'notes');
  await fillForm(screen, { tool: 'add', values: { a: '2', b: '40' } });
  await onlooker.still({
    name: 'call-tool',
    part: { from: 'top', width: 600, height: 138 },
    areas: ['question'],
  });
  await screen.window.page.keyboard.press('Escape');
};

const ofTimeline = async ({ studio: { screen }, onlooker }: Stage): Promise<void> => {
  const { window } = screen;
  await frame(screen, { width: 1000, height: 460 });
  await window.command('View: Close Primary Side Bar');
  await window.page.locator('.part.sidebar').waitFor({ state: 'hidden' });
  await screen.command('Show Timeline');
  await timelineOf(window.page).getByRole('button', { name: 'All', exact: true }).click();
  await onlooker.still({ name: 'timeline', areas: ['status', 'timeline'] });
};

/** Everything that there is a picture of. */
export const play = async (stage: Stage): Promise<void> => {
  for (const scene of [ofOutage, ofConnections, ofNotices, ofForm, ofTimeline]) await scene(stage);
};
