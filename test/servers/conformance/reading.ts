// The resources and prompts that the conformance suite reads by name.
import {
  ErrorCode,
  type GetPromptResult,
  McpError,
  type Prompt,
  type ReadResourceResult,
  type Resource,
  type ResourceTemplate,
} from '@modelcontextprotocol/sdk/types.js';
import { imageContent, png, resourceContent, textContent, type Content } from './content.ts';

export const resources: readonly Resource[] = [
  {
    uri: 'test://static-text',
    name: 'Static text',
    description: 'A text that never changes.',
    mimeType: 'text/plain',
  },
  {
    uri: 'test://static-binary',
    name: 'Static image',
    description: 'An image that never changes.',
    mimeType: 'image/png',
  },
  {
    uri: 'test://watched-resource',
    name: 'Watched resource',
    description: 'A resource to subscribe to.',
    mimeType: 'text/plain',
  },
];

export const templates: readonly ResourceTemplate[] = [
  {
    uriTemplate: 'test://template/{id}/data',
    name: 'Data by id',
    description: 'Data with a parameter.',
    mimeType: 'application/json',
  },
];

const fixed: Readonly<Record<string, ReadResourceResult['contents'][number]>> = {
  'test://static-text': {
    uri: 'test://static-text',
    mimeType: 'text/plain',
    text: 'This is the content of the static text resource.',
  },
  'test://static-binary': { uri: 'test://static-binary', mimeType: 'image/png', blob: png },
  'test://watched-resource': {
    uri: 'test://watched-resource',
    mimeType: 'text/plain',
    text: 'Watched resource content',
  },
};

export const readResource = (uri: string): ReadResourceResult => {
  const known = fixed[uri];
  if (known !== undefined) return { contents: [known] };
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  if (id === undefined) throw new McpError(ErrorCode.InvalidParams, `There is no resource ${uri}`);
  const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
  return { contents: [{ uri, mimeType: 'application/json', text }] };
};

type Arguments = Readonly<Record<string, string>>;

interface Offer extends Omit<Prompt, 'name'> {
  readonly say: (args: Arguments) => readonly Content[];
}

const offers: Readonly<Record<string, Offer>> = {
  test_simple_prompt: {
    description: 'A prompt without arguments.',
    say: () => [textContent('This is a simple prompt for testing.')],
  },
  test_prompt_with_arguments: {
    description: 'A prompt with two arguments.',
    arguments: [
      { name: 'arg1', description: 'First test argument', required: true },
      { name: 'arg2', description: 'Second test argument', required: true },
    ],
    say: ({ arg1, arg2 }) => [textContent(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  },
  test_prompt_with_embedded_resource: {
    description: 'A prompt that embeds a resource.',
    arguments: [{ name: 'resourceUri', description: 'What to embed', required: true }],
    say: ({ resourceUri = '' }) => [
      resourceContent(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
      textContent('Please process the embedded resource above.'),
    ],
  },
  test_prompt_with_image: {
    description: 'A prompt with an image.',
    say: () => [imageContent, textContent('Please analyze the image above.')],
  },
};

export const listPrompts = (): Prompt[] =>
  Object.entries(offers).map(([name, { description, arguments: wanted }]) => ({
    name,
    description,
    ...(wanted === undefined ? {} : { arguments: wanted }),
  }));

export const getPrompt = (name: string, args: Arguments): GetPromptResult => {
  const offer = Object.hasOwn(offers, name) ? offers[name] : undefined;
  if (offer === undefined)
    throw new McpError(ErrorCode.InvalidParams, `There is no prompt ${name}`);
  return { messages: offer.say(args).map((content) => ({ role: 'user', content })) };
};

const words = ['paris', 'park', 'party', 'test', 'testing'];

export const complete = (value: string): string[] => words.filter((word) => word.startsWith(value));
