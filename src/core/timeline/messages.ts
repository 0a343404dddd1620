// What the timeline's page and the extension say to each other, parsed on both sides: neither trusts what comes out of the
// other's window. Not here: sending.
import * as z from 'zod/mini';
import type { Lane } from './lane.ts';
import { bandLooks, signs } from './look.ts';

/** Smaller than the library's own, and a page is loaded each time that its tab comes to the front. */
const oneOf = <Word extends string>(words: readonly Word[]) =>
  z.custom<Word>((value) => words.some((word) => word === value));

const aNumber = z.number();
const aLength = z.nullable(aNumber);
const aText = z.string();

const lane = z.object({
  serverId: aText,
  state: aText,
  bands: z.array(
    z.object({
      look: oneOf(bandLooks),
      name: aText,
      from: aNumber,
      to: aLength,
      lines: z.array(aText),
    }),
  ),
  times: z.array(aNumber),
  latencies: z.array(aLength),
  misses: z.array(aNumber),
  marks: z.array(
    z.object({
      sign: oneOf(signs),
      title: aText,
      at: aNumber,
      length: aLength,
      isCommon: z.boolean(),
    }),
  ),
  first: aLength,
});

const keptView = z.object({
  length: aLength,
  until: aLength,
  isTable: z.boolean(),
  hasLegend: z.boolean(),
});

const toPage = {
  begin: z.object({
    kind: oneOf(['begin']),
    language: aText,
    words: z.array(z.array(aText)),
    kept: z.nullable(keptView),
  }),
  lanes: z.object({
    kind: oneOf(['lanes']),
    now: aNumber,
    order: z.array(aText),
    lanes: z.array(lane),
  }),
  reveal: z.object({ kind: oneOf(['reveal']), serverId: aText }),
};

/** What the page may have done. */
const pageDeeds = ['addServer', 'showHealthReport'] as const;
export type PageDeed = (typeof pageDeeds)[number];

const toHost = {
  ready: z.object({ kind: oneOf(['ready']) }),
  run: z.object({ kind: oneOf(['run']), deed: oneOf(pageDeeds), serverId: z.nullable(aText) }),
  looks: z.object({ kind: oneOf(['looks']), view: keptView }),
};

/** What the page looks at: kept for it while its tab is in the background, and over a reload. */
export interface KeptView {
  readonly length: number | null;
  readonly until: number | null;
  readonly isTable: boolean;
  readonly hasLegend: boolean;
}

export type MessageToPage =
  /** First, with the words of the user's language: pairs of the English one and theirs. `kept`: what it looked at last. */
  | {
      readonly kind: 'begin';
      readonly language: string;
      readonly words: readonly (readonly string[])[];
      readonly kept: KeptView | null;
    }
  /**
   * Every few seconds. `now`: the extension may run on another computer. `order`: all servers there are. `lanes`: those that
   * are another than when they were last sent.
   */
  | {
      readonly kind: 'lanes';
      readonly now: number;
      readonly order: readonly string[];
      readonly lanes: readonly Lane[];
    }
  /** A person asked for the timeline of this server. */
  | { readonly kind: 'reveal'; readonly serverId: string };

export type MessageToHost =
  /** The page listens; it is made anew each time that its tab comes to the front. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'run'; readonly deed: PageDeed; readonly serverId: string | null }
  /** What it looks at has changed. */
  | { readonly kind: 'looks'; readonly view: KeptView };

const kindOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'kind' in value ? value.kind : null;

/** Null for what is no message of ours. */
export const parseToPage = (value: unknown): MessageToPage | null => {
  const kind = kindOf(value);
  if (kind === 'begin') return toPage.begin.safeParse(value).data ?? null;
  if (kind === 'lanes') return toPage.lanes.safeParse(value).data ?? null;
  return kind === 'reveal' ? (toPage.reveal.safeParse(value).data ?? null) : null;
};

export const parseToHost = (value: unknown): MessageToHost | null => {
  const kind = kindOf(value);
  if (kind === 'ready') return toHost.ready.safeParse(value).data ?? null;
  if (kind === 'looks') return toHost.looks.safeParse(value).data ?? null;
  return kind === 'run' ? (toHost.run.safeParse(value).data ?? null) : null;
};

export const parseKeptView = (value: unknown): KeptView | null =>
  keptView.safeParse(value).data ?? null;
