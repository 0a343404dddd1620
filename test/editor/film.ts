// Films what the status bar and one row of the tree say, without a gap, and judges every lasting frame: that each is
// well formed, and that the two agree. Notifications are written down too. Not here: what should have happened meanwhile; that is the test's word.
import { z } from 'zod';
import type { EditorWindow } from '../vscode/window.ts';

const frameShape = z.object({
  /** Wall time. */
  at: z.number(),
  row: z.string(),
  rowSpoken: z.string(),
  rowIcon: z.string(),
  status: z.string(),
  statusSpoken: z.string(),
  statusIcon: z.string(),
});

const filmShape = z.object({ frames: z.array(frameShape), notices: z.array(z.string()) });

export type Frame = z.infer<typeof frameShape>;

/** The editor draws trees a few tenths of a second after a status bar; what lasts longer than that has to agree. */
const lasting = 700;

// As text, since it runs in the page.
const camera = (server: string): string => `(() => {
  clearInterval(window.lifelineCamera);
  const frames = [];
  const notices = [];
  const toasts = new WeakSet();
  window.lifelineFilm = { frames, notices };
  const words = (root, selector) => (root?.querySelector(selector)?.textContent ?? '').trim();
  const icon = (root) =>
    [...(root?.querySelector('.codicon:not(.monaco-tl-twistie)')?.classList ?? [])]
      .filter((name) => /^codicon-(?!modifier)/.test(name)).join(' ');
  const look = () => {
    const status = document.getElementById('mcp-lifeline.mcp-lifeline.mcpLifeline.status');
    const rows = [...document.querySelectorAll('.part.sidebar .monaco-list-row[aria-level="1"]')];
    const row = rows.find((each) => words(each, '.label-name') === ${JSON.stringify(server)});
    const spins = row?.querySelector('.codicon-modifier-spin') ? ' spins' : '';
    const turns = status?.querySelector('.codicon-modifier-spin') ? ' spins' : '';
    const frame = {
      row: words(row, '.label-description'),
      rowSpoken: row?.getAttribute('aria-label') ?? '',
      rowIcon: icon(row) + spins,
      status: (status?.textContent ?? '').trim(),
      statusSpoken: status?.getAttribute('aria-label') ?? '',
      statusIcon: icon(status) + turns,
    };
    const { at, ...last } = frames.at(-1) ?? {};
    if (JSON.stringify(frame) !== JSON.stringify(last)) frames.push({ at: Date.now(), ...frame });
    for (const toast of document.querySelectorAll('.notification-toast-container')) {
      const text = words(toast, '.notification-list-item-message');
      if (text === '' || toasts.has(toast)) continue;
      toasts.add(toast);
      notices.push(text);
    }
  };
  window.lifelineLook = look;
  window.lifelineCamera = setInterval(look, 25);
  look();
})()`;

/** What a state looks like everywhere, for one server alone. */
interface Look {
  readonly row: RegExp;
  readonly rowSpoken: RegExp;
  readonly rowIcon: string;
  readonly status: string;
  readonly statusSpoken: RegExp;
  readonly statusIcon: string;
}

const held = String.raw`( · \d+ calls? held)?$`;
const heldSpoken = String.raw`( \d+ calls? held\.)?$`;
const next = String.raw`(next try in \d+ (s|min)|trying now)`;
const tries = String.raw`( in \d+ (s|min) · attempt \d+| · attempt \d+ · trying now)`;
const nextSpoken = String.raw`(next try in \d+ (second|minute)s?|trying now)`;
const down = /^MCP Lifeline: the server is not connected\. Reconnecting\. .+: Reconnecting, /;

const looks: Readonly<Record<string, Look>> = {
  ready: {
    row: new RegExp(String.raw`^ready · proven (just now|\d+ (s|min) ago)${held}`),
    rowSpoken: /: Ready, proven (just now|\d+ (second|minute)s? ago)\.$/,
    rowIcon: 'codicon-pass-filled',
    status: 'MCP 1/1',
    statusSpoken: /^MCP Lifeline: the server is connected\.$/,
    statusIcon: 'codicon-plug',
  },
  reconnecting: {
    row: new RegExp(String.raw`^reconnecting${tries}${held}`),
    rowSpoken: new RegExp(
      String.raw`: Reconnecting, attempt \d+, ${nextSpoken}\. .+\.${heldSpoken}`,
    ),
    rowIcon: 'codicon-sync spins',
    status: 'MCP 0/1',
    statusSpoken: down,
    statusIcon: 'codicon-sync spins',
  },
  suspended: {
    row: new RegExp(String.raw`^suspended · ${next} · down for \d+ (s|min)$`),
    rowSpoken: new RegExp(String.raw`: Suspended, ${nextSpoken}, down for \d+ (second|minute)s?\.`),
    rowIcon: 'codicon-debug-disconnect',
    status: 'MCP 0/1',
    statusSpoken: /^MCP Lifeline: the server is not connected\. .+: Suspended, .+, down for /,
    statusIcon: 'codicon-plug',
  },
};

const stateIn = ({ row }: Frame): string => row.split(' ')[0] ?? '';

const agrees = (wanted: RegExp | string, seen: string): boolean =>
  typeof wanted === 'string' ? wanted === seen : wanted.test(seen);

/** Tree and status bar each count once a second, so that one may be a step and a redraw behind the other. */
const countdownsAgree = ({ rowSpoken, statusSpoken }: Frame): boolean => {
  const left = (text: string): number => Number(/next try in (\d+) second/.exec(text)?.[1]);
  const apart = Math.abs(left(rowSpoken) - left(statusSpoken));
  return Number.isNaN(apart) || apart <= 2;
};

const faultsOf = (frame: Frame): string[] => {
  const look = looks[stateIn(frame)];
  if (look === undefined) return [`no known state: ${JSON.stringify(frame)}`];
  const keys = ['row', 'rowSpoken', 'rowIcon', 'status', 'statusSpoken', 'statusIcon'] as const;
  const faults = keys
    .filter((key) => !agrees(look[key], frame[key]))
    .map((key) => `${key} while "${frame.row}": ${frame[key]}`);
  return countdownsAgree(frame) ? faults : [...faults, `countdowns: ${JSON.stringify(frame)}`];
};

export class Film {
  readonly frames: readonly Frame[];
  /** What the notifications said that came up meanwhile. */
  readonly notices: readonly string[];
  readonly #end: number;

  constructor({ frames, notices }: z.infer<typeof filmShape>, end: number) {
    this.frames = frames;
    this.notices = notices;
    this.#end = end;
  }

  #lasts(index: number): boolean {
    const { at } = this.frames[index] ?? { at: this.#end };
    return (this.frames[index + 1]?.at ?? this.#end) - at >= lasting;
  }

  get lastingFrames(): readonly Frame[] {
    return this.frames.filter((_, index) => this.#lasts(index));
  }

  /** What was wrong or did not agree in a frame that lasted; empty when all was right. */
  get faults(): readonly string[] {
    return this.lastingFrames.flatMap(faultsOf);
  }

  /** The states in their order, without repetition. */
  get states(): readonly string[] {
    const states = this.frames.map(stateIn);
    return states.filter((state, index) => state !== states[index - 1]);
  }

  /** Wall time of the first frame in which the row showed this state after that time. */
  firstOf(state: string, after = 0): number {
    const found = this.frames.find((frame) => frame.at >= after && stateIn(frame) === state);
    if (found === undefined) throw new Error(`"${state}" was never shown.`);
    return found.at;
  }
}

export const startFilm = (window: EditorWindow, server: string): Promise<unknown> =>
  window.page.evaluate(camera(server));

export const endFilm = async (window: EditorWindow): Promise<Film> => {
  const film: unknown = await window.page.evaluate(
    // What is seen now belongs to it too, although the camera may look only in a moment.
    '(window.lifelineLook(), clearInterval(window.lifelineCamera), window.lifelineFilm)',
  );
  return new Film(filmShape.parse(film), Date.now());
};
