// The tools that the conformance suite calls by name. What they say while they run goes out on the stream of their call.
import { setTimeout as delay } from 'node:timers/promises';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import {
  type CallToolResult,
  CreateMessageResultSchema,
  ElicitResultSchema,
  type ElicitRequestFormParams,
  type LoggingLevel,
  type ServerNotification,
  type ServerRequest,
  type Tool,
} from '@modelcontextprotocol/sdk/types.js';
import { audioContent, imageContent, resourceContent, say, textContent } from './content.ts';
import { formOfPerson, formWithChoices, formWithDefaults } from './forms.ts';

export interface Call {
  readonly args: Readonly<Record<string, unknown>>;
  readonly extra: RequestHandlerExtra<ServerRequest, ServerNotification>;
  /** Whether the client wants to hear of this. */
  readonly wants: (level: LoggingLevel) => boolean;
}

type Run = (call: Call) => CallToolResult | Promise<CallToolResult>;

interface Offer {
  readonly description: string;
  readonly run: Run;
  readonly inputSchema?: Tool['inputSchema'];
}

const step = 50;
const noArguments: Tool['inputSchema'] = { type: 'object', properties: {} };

const oneText = (name: string): Tool['inputSchema'] => ({
  type: 'object',
  properties: { [name]: { type: 'string' } },
  required: [name],
});

const log = async ({ extra, wants }: Call, data: string): Promise<void> => {
  if (!wants('info')) return;
  await extra.sendNotification({
    method: 'notifications/message',
    params: { level: 'info', logger: 'conformance', data },
  });
};

const talk: Run = async (call) => {
  await log(call, 'Tool execution started');
  await delay(step);
  await log(call, 'Tool processing data');
  await delay(step);
  await log(call, 'Tool execution completed');
  return say(textContent('Logged three messages.'));
};

const report: Run = async ({ extra }) => {
  const progressToken = extra._meta?.progressToken;
  for (const progress of [0, 50, 100]) {
    if (progress > 0) await delay(step);
    if (progressToken === undefined) continue;
    const params = { progressToken, progress, total: 100, message: `Step ${progress} of 100` };
    await extra.sendNotification({ method: 'notifications/progress', params });
  }
  return say(textContent('Reported progress.'));
};

const sample: Run = async ({ args, extra }) => {
  const prompt = String(args['prompt']);
  const answer = await extra.sendRequest(
    {
      method: 'sampling/createMessage',
      params: {
        messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
        maxTokens: 100,
      },
    },
    CreateMessageResultSchema,
  );
  const said = answer.content.type === 'text' ? answer.content.text : answer.content.type;
  return say(textContent(`LLM response: ${said}`));
};

const ask = async (
  { extra }: Call,
  message: string,
  requestedSchema: ElicitRequestFormParams['requestedSchema'],
): Promise<string> => {
  const { action, content } = await extra.sendRequest(
    { method: 'elicitation/create', params: { message, requestedSchema } },
    ElicitResultSchema,
  );
  return `action=${action}, content=${JSON.stringify(content ?? {})}`;
};

const askFor =
  (form: ElicitRequestFormParams['requestedSchema']): Run =>
  async (call) =>
    say(
      textContent(`Elicitation completed: ${await ask(call, 'Please check these values.', form)}`),
    );

/** Ends the stream of its own answer before it answers: whoever comes back with the cursor gets it (SEP-1699). */
const hangUp: Run = async ({ extra }) => {
  extra.closeSSEStream?.();
  await delay(2 * step);
  return say(textContent('Answered after the stream was closed.'));
};

const offers: Readonly<Record<string, Offer>> = {
  test_simple_text: {
    description: 'Says a simple text.',
    run: () => say(textContent('This is a simple text response for testing.')),
  },
  test_image_content: { description: 'Shows an image.', run: () => say(imageContent) },
  test_audio_content: { description: 'Plays a sound.', run: () => say(audioContent) },
  test_embedded_resource: {
    description: 'Embeds a resource.',
    run: () =>
      say(
        resourceContent(
          'test://embedded-resource',
          'text/plain',
          'This is an embedded resource content.',
        ),
      ),
  },
  test_multiple_content_types: {
    description: 'Mixes kinds of content.',
    run: () =>
      say(
        textContent('Multiple content types test:'),
        imageContent,
        resourceContent(
          'test://mixed-content-resource',
          'application/json',
          JSON.stringify({ test: 'data', value: 123 }),
        ),
      ),
  },
  test_tool_with_logging: { description: 'Logs while it runs.', run: talk },
  test_error_handling: {
    description: 'Always fails.',
    run: () => ({
      ...say(textContent('This tool intentionally returns an error for testing')),
      isError: true,
    }),
  },
  test_tool_with_progress: { description: 'Reports progress.', run: report },
  test_sampling: {
    description: "Asks the client's model.",
    inputSchema: oneText('prompt'),
    run: sample,
  },
  test_elicitation: {
    description: 'Asks the user.',
    inputSchema: oneText('message'),
    run: async (call) => {
      const answer = await ask(call, String(call.args['message']), formOfPerson);
      return say(textContent(`User response: ${answer}`));
    },
  },
  test_elicitation_sep1034_defaults: {
    description: 'Asks with defaults.',
    run: askFor(formWithDefaults),
  },
  test_elicitation_sep1330_enums: {
    description: 'Asks with choices.',
    run: askFor(formWithChoices),
  },
  test_reconnection: { description: 'Hangs up before it answers.', run: hangUp },
  json_schema_2020_12_tool: {
    description: 'Tool with JSON Schema 2020-12 features',
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: {
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
      additionalProperties: false,
    },
    run: ({ args }) => say(textContent(JSON.stringify(args))),
  },
};

export const listTools = (): Tool[] =>
  Object.entries(offers).map(([name, { description, inputSchema = noArguments }]) => ({
    name,
    description,
    inputSchema,
  }));

/** Undefined where there is no such tool. */
export const toolNamed = (name: string): Run | undefined =>
  Object.hasOwn(offers, name) ? offers[name]?.run : undefined;
