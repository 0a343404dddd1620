// What a server process writes: messages on stdout, words for people on stderr, each line by line and within limits.
// Not here: what a message means to the link (stdioLink.ts).
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { RpcId, RpcMessage } from '../../core/rpc.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
import type { Log } from '../../runtime/ports.ts';
import { readMessages } from '../messages.ts';
import { type LineEnds, LineReader, type LineSink } from './lines.ts';

export interface OutputSink {
  /** Any byte. */
  heard(): void;
  message(message: RpcMessage): void;
  /** A line on stderr. */
  complained(line: string): void;
  /** A message was larger than the limit; `id`: whose answer it is, null where that cannot be seen. */
  tooLarge(id: RpcId | null): void;
  /** An end of its pipes has closed, by its death or by its own will. */
  closed(text: Unsaid): void;
}

const longestStderrLine = 8_192;
const longestQuote = 500;

const cut = (line: string): string =>
  line.length > longestQuote ? `${line.slice(0, longestQuote)}…` : line;

/** The id stands at the begin or at the end of an answer, as servers write it. Ours are numbers. */
const idIn = ({ head, tail }: LineEnds): RpcId | null => {
  const [, atHead] = /^\{"jsonrpc":"2\.0","id":(\d+),"(?:result|error)"/.exec(head) ?? [];
  const [, atTail] = /"id":(\d+)\}\s*$/.exec(tail) ?? [];
  const id = atHead ?? atTail;
  return id === undefined ? null : Number(id);
};

const messagesTo = (sink: OutputSink, log: Log): LineSink => ({
  line: (text) => {
    if (text.trim() === '') return;
    const { messages, flawed } = readMessages(text);
    // Against the rule of the protocol (spec, transports: stdio), yet many servers print to stdout.
    if (flawed) log.info(`Printed to stdout, no message: ${cut(text)}`);
    for (const message of messages) sink.message(message);
  },
  tooLong: (ends) => sink.tooLarge(idIn(ends)),
  endless: () => sink.tooLarge(null),
});

const wordsTo = (sink: OutputSink, log: Log): LineSink => ({
  line: (text) => sink.complained(text),
  tooLong: ({ head }) => sink.complained(`${head}…`),
  endless: () => log.warn('The server writes a line without an end to stderr.'),
});

/** Tells the sink what the process writes, to the end of its pipes. They are read to the end whoever listens. */
export const readOutput = (
  child: ChildProcessWithoutNullStreams,
  { maxMessageBytes, log }: { readonly maxMessageBytes: number; readonly log: Log },
  sink: OutputSink,
): void => {
  const pipes = [
    [child.stdout, new LineReader(maxMessageBytes, messagesTo(sink, log))],
    [child.stderr, new LineReader(longestStderrLine, wordsTo(sink, log))],
  ] as const;
  for (const [pipe, lines] of pipes) {
    pipe.on('data', (chunk: Buffer) => {
      sink.heard();
      lines.push(chunk);
    });
    pipe.once('end', () => lines.end());
    pipe.on('error', (error) => log.debug(`A pipe of the process broke: ${error.message}`));
  }
  child.stdout.once('close', () => sink.closed(unsaid('The server has closed its output.')));
  child.stdin.on('error', () => sink.closed(unsaid('The server has closed its input.')));
};
