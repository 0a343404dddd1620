// The commands by id, with what each needs. One half of what a law test compares with the manifest; the other half,
// what they do, is commands.ts. Free of `vscode`, so that the law test can read it outside an editor.

/**
 * `nothing`: it always works. `server`: it acts on one server, which it asks for when none is given, and says why
 * when there is none to which it applies. `document`: it acts on an open document of tool arguments. `pending`: it acts
 * on one pending call, and asks or says why in the same way.
 */
export type Need = 'nothing' | 'server' | 'document' | 'pending';

export const commandIds = {
  'mcpLifeline.reconnectServer': 'server',
  'mcpLifeline.reconnectAll': 'nothing',
  'mcpLifeline.startNewSession': 'server',
  'mcpLifeline.startServer': 'server',
  'mcpLifeline.stopServer': 'server',
  'mcpLifeline.enableServer': 'server',
  'mcpLifeline.disableServer': 'server',
  'mcpLifeline.addServer': 'nothing',
  'mcpLifeline.takeOver': 'nothing',
  'mcpLifeline.giveBack': 'nothing',
  'mcpLifeline.openEntry': 'nothing',
  'mcpLifeline.callTool': 'server',
  'mcpLifeline.runToolDocument': 'document',
  'mcpLifeline.showPendingCalls': 'nothing',
  'mcpLifeline.runPendingCall': 'pending',
  'mcpLifeline.runPendingCallAgain': 'pending',
  'mcpLifeline.discardPendingCall': 'pending',
  'mcpLifeline.showPendingResult': 'pending',
  'mcpLifeline.trustHints': 'server',
  'mcpLifeline.stopTrustingHints': 'server',
  'mcpLifeline.reviewServer': 'server',
  'mcpLifeline.forgetAllowedServers': 'nothing',
  'mcpLifeline.enterValues': 'server',
  'mcpLifeline.forgetInputs': 'nothing',
  'mcpLifeline.signIn': 'server',
  'mcpLifeline.signOut': 'server',
  'mcpLifeline.showLog': 'nothing',
  'mcpLifeline.clearStoredSessions': 'nothing',
  'mcpLifeline.showServers': 'nothing',
  'mcpLifeline.connectClient': 'nothing',
  'mcpLifeline.copyGatewayUrl': 'server',
  'mcpLifeline.showHealthReport': 'nothing',
  'mcpLifeline.showTimeline': 'nothing',
  'mcpLifeline.showHistory': 'nothing',
  'mcpLifeline.filterHistory': 'nothing',
  'mcpLifeline.clearHistory': 'nothing',
  'mcpLifeline.copyDiagnostics': 'nothing',
  'mcpLifeline.openSettings': 'nothing',
} as const satisfies Readonly<Record<string, Need>>;

export type CommandId = keyof typeof commandIds;
