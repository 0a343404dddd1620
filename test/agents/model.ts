// A model that asks for one tool and then says what came back, in the dialects of the programs that are tried: Anthropic's
// Messages, OpenAI's Responses, Google's streamGenerateContent. Not here: the programs (programs.ts).
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject, type JsonObject } from '../../src/core/rpc.ts';

/** The tool of those that are offered which it asks for, and with what; null: none of them. */
export type Choose = (
  offered: readonly string[],
) => { readonly name: string; readonly args: JsonObject } | null;

export interface Model {
  readonly origin: string;
  /** What it was told its calls came to. */
  readonly heard: readonly string[];
  /** Whether a program has asked it with tools. */
  readonly isAsked: boolean;
  stop(): void;
}

type Call = NonNullable<ReturnType<Choose>>;

/** How a dialect says things. */
interface Dialect {
  readonly path: RegExp;
  /** The names of the tools that are offered. */
  offered(body: JsonObject): readonly string[];
  /** What a call came to; undefined while none was made. */
  result(body: JsonObject): unknown;
  answer(say: Say, call: Call | null, text: string, body: JsonObject): void;
}

type Say = (data: JsonObject) => void;

const listIn = (value: unknown, key: string): readonly JsonObject[] => {
  const list = isObject(value) ? value[key] : [];
  return Array.isArray(list) ? list.filter(isObject) : [];
};

const nameOf = ({ name }: JsonObject): string => String(name);

const anthropic: Dialect = {
  path: /\/v1\/messages(\?|$)/,
  offered: (body) => listIn(body, 'tools').map(nameOf),
  result: (body) =>
    listIn(listIn(body, 'messages').at(-1), 'content').find(({ type }) => type === 'tool_result')?.[
      'content'
    ],
  answer: (say, call, text, { model }) => {
    const usage = { input_tokens: 1, output_tokens: 1 };
    const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], usage };
    say({ type: 'message_start', message });
    const block = call
      ? { type: 'tool_use', id: 'toolu_1', name: call.name, input: {} }
      : { type: 'text', text: '' };
    const delta = call
      ? { type: 'input_json_delta', partial_json: JSON.stringify(call.args) }
      : { type: 'text_delta', text };
    say({ type: 'content_block_start', index: 0, content_block: block });
    say({ type: 'content_block_delta', index: 0, delta });
    say({ type: 'content_block_stop', index: 0 });
    const stop = { stop_reason: call ? 'tool_use' : 'end_turn' };
    say({ type: 'message_delta', delta: stop, usage: { output_tokens: 1 } });
    say({ type: 'message_stop' });
  },
};

/** Codex offers the tools of a server as a group, and wants its name apart. */
const inGroup = (body: JsonObject, name: string): JsonObject => {
  const groups = listIn(body, 'tools').filter(({ type }) => type === 'namespace');
  const group = groups.find((one) => name.startsWith(nameOf(one)));
  return group ? { namespace: nameOf(group), name: name.slice(nameOf(group).length) } : { name };
};

const openai: Dialect = {
  path: /\/responses$/,
  offered: (body) =>
    listIn(body, 'tools').flatMap((tool) =>
      tool['type'] === 'namespace'
        ? listIn(tool, 'tools').map((one) => `${nameOf(tool)}${nameOf(one)}`)
        : [nameOf(tool)],
    ),
  result: (body) =>
    listIn(body, 'input').findLast(({ type }) => type === 'function_call_output')?.['output'],
  answer: (say, call, text, body) => {
    const item = call
      ? {
          type: 'function_call',
          id: 'fc_1',
          call_id: 'call_1',
          ...inGroup(body, call.name),
          arguments: JSON.stringify(call.args),
        }
      : {
          type: 'message',
          role: 'assistant',
          id: 'msg_1',
          content: [{ type: 'output_text', text }],
        };
    say({ type: 'response.created', response: { id: 'resp_1' } });
    say({ type: 'response.output_item.done', output_index: 0, item });
    const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
    say({ type: 'response.completed', response: { id: 'resp_1', usage } });
  },
};

const google: Dialect = {
  path: /:streamGenerateContent/,
  offered: (body) =>
    listIn(body, 'tools').flatMap((tool) => listIn(tool, 'functionDeclarations').map(nameOf)),
  result: (body) => {
    const parts = listIn(listIn(body, 'contents').at(-1), 'parts');
    const told = parts.map(({ functionResponse }) => functionResponse).find(isObject);
    return told?.['response'];
  },
  answer: (say, call, text) => {
    const part = call ? { functionCall: { name: call.name, args: call.args } } : { text };
    say({
      candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    });
  },
};

const dialects = [anthropic, openai, google];

const bodyOf = async (request: IncomingMessage): Promise<JsonObject> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString('utf8');
  const body: unknown = text === '' ? {} : JSON.parse(text);
  return isObject(body) ? body : {};
};

const sayOn =
  (response: ServerResponse): Say =>
  (data) => {
    const { type } = data;
    const head = typeof type === 'string' ? `event: ${type}\n` : '';
    response.write(`${head}data: ${JSON.stringify(data)}\n\n`);
  };

/** Whatever else a program asks (models, titles, counts of tokens) gets an empty answer. */
/** `until`: it asks for its tool when that has resolved. */
export const startModel = async (choose: Choose, until?: () => Promise<void>): Promise<Model> => {
  const heard: string[] = [];
  let isAsked = false;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await bodyOf(request);
    const dialect = dialects.find(({ path }) => path.test(request.url ?? ''));
    if (!dialect) {
      response
        .writeHead(200, { 'Content-Type': 'application/json' })
        .end('{"data":[],"models":[]}');
      return;
    }
    const result = dialect.result(body);
    if (result !== undefined) heard.push(JSON.stringify(result));
    const call = result === undefined ? choose(dialect.offered(body)) : null;
    isAsked ||= call !== null;
    if (call !== null) await until?.();
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    dialect.answer(sayOn(response), call, heard.at(-1) ?? 'No such tool.', body);
    response.end();
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    heard,
    get isAsked() {
      return isAsked;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
