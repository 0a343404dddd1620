// What is known of another product's file after it was read. Not here: reading it (readText.ts), and when (watchSources.ts).
import type { OwnDoor } from '../core/loops.ts';
import type { SourceFile, SourceKind } from '../core/sources.ts';
import type { Say } from '../core/wording/say.ts';
import { parseSource } from './parseSource.ts';
import type { SourcePlace } from './places.ts';
import { longestFile, type Reading } from './readText.ts';
import { problemText } from './trouble.ts';

/** Claude Code keeps the history of its projects in the same file. */
const longestClaudeFile = 32 * 2 ** 20;

/** The longest file of this kind that is read, in bytes. */
export const limitOf = (kind: SourceKind): number =>
  kind === 'claude-code' ? longestClaudeFile : longestFile;

export interface Reader {
  /** By which an entry of ours is known. */
  readonly door: OwnDoor;
  readonly say: Say;
}

/**
 * What is known after a reading; null where there is no file. A file that cannot be understood keeps its `last` servers and
 * shows its problem: somebody is writing in it, or made a slip, and did not mean to take his servers away.
 */
export const sourceFileOf = (
  place: SourcePlace,
  reading: Reading,
  { door, say }: Reader,
  last: SourceFile | null,
): SourceFile | null => {
  const { kind, file } = place;
  const kept = last?.servers ?? [];
  switch (reading.kind) {
    case 'absent':
      return null;
    case 'unreadable':
      return { kind, file, servers: kept, problem: problemText(reading.trouble, say) };
    case 'text': {
      const parsed = parseSource(reading.text, place, door, say);
      const problem = parsed.trouble === null ? null : problemText(parsed.trouble, say);
      return { kind, file, servers: parsed.kind === 'parsed' ? parsed.servers : kept, problem };
    }
  }
};
