// Names under which the manifest announces what is registered in code, besides the commands. A law test compares them
// with the manifest. Free of `vscode`, so that it can.

/** What the editor knows our servers by. */
export const definitionProviderId = 'mcpLifeline.servers';

/** The kind of the timeline's panel, which comes back with the window. */
export const timelineViewType = 'mcpLifeline.timeline';

/** Schemes of documents that may stand open over a reload: who asks for one then starts this extension. */
export const lastingSchemes = { call: 'mcp-lifeline-call', report: 'mcp-lifeline-report' } as const;

/** Tools of the editor's agent. */
export const healthToolName = 'session_health_check';

/** What `when` clauses may ask, besides what the editor itself knows. */
export const contextKeys = {
  isReady: 'mcpLifeline.isReady',
  hasServers: 'mcpLifeline.hasServers',
  hasPendingCalls: 'mcpLifeline.hasPendingCalls',
  canReconnect: 'mcpLifeline.canReconnect',
  canStart: 'mcpLifeline.canStart',
  canStop: 'mcpLifeline.canStop',
  canEnable: 'mcpLifeline.canEnable',
  canDisable: 'mcpLifeline.canDisable',
  canCall: 'mcpLifeline.canCall',
  canSignIn: 'mcpLifeline.canSignIn',
  canTrustHints: 'mcpLifeline.canTrustHints',
  canStopTrustingHints: 'mcpLifeline.canStopTrustingHints',
  waitsForLeave: 'mcpLifeline.waitsForLeave',
  waitsForValues: 'mcpLifeline.waitsForValues',
  hasTaken: 'mcpLifeline.hasTaken',
  hasFound: 'mcpLifeline.hasFound',
  hasHistory: 'mcpLifeline.hasHistory',
  historyIsFiltered: 'mcpLifeline.historyIsFiltered',
} as const;
