// The health report as the agent of the editor asks for it.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { healthToolName } from '../../src/host/contributions.ts';

const textOf = async (input: object): Promise<string> => {
  const options = { input, toolInvocationToken: undefined };
  const { content } = await vscode.lm.invokeTool(healthToolName, options);
  return content
    .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''))
    .join('');
};

describe('the tool session_health_check', () => {
  before(async () => {
    await vscode.extensions.getExtension('mcp-lifeline.mcp-lifeline')?.activate();
  });

  it('is offered to models with a description and a schema', () => {
    const tool = vscode.lm.tools.find(({ name }) => name === healthToolName);
    assert.ok(tool !== undefined, 'It is there without any server, and without the chat view.');
    assert.match(tool.description, /MCP servers/);
    assert.ok(tool.inputSchema !== undefined);
  });

  it('reports on everything', async () => {
    const text = await textOf({});
    assert.match(text, /^# MCP Lifeline/);
    assert.match(text, /Gateway/);
    assert.match(text, /Event store/);
  });

  it('says which servers there are when asked for another', async () => {
    assert.match(await textOf({ server: 'nobody' }), /There is no MCP server "nobody"/);
  });
});
