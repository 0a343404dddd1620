// What the product promises, by id. A test claims a promise by its id in square brackets in the test's name, for example
// `[one-handshake] twenty calls meet an expired session together`. A law (laws.test.ts) fails when a promise has no test.

export const promises = {
  'never-lost':
    'A call that was never sent is not lost inside its hold budget: it runs, in order, when the server is back.',
  'at-most-once': 'A call not known to be safe is executed at most once by us, whatever breaks.',
  'safe-replay':
    'A call known to be safe is repeated after a break, once, and the caller sees only the result.',
  'honest-unknown':
    'When we cannot know whether a call ran, the caller gets a normal tool result that says so, by its deadline. Never a hang, never a cancelled turn.',
  'restart-invisible':
    'Server restart followed at once by a tool call works, for servers that answer 404, 400, 503 or 200-with-error to a stale session, and for servers that quietly accept it.',
  proactive:
    'A restart is noticed and repaired by health polling before the next call, even when the server hides it.',
  'resume-stream':
    'A broken stream resumes from its cursor: no notification lost, none doubled, when the server keeps events.',
  'reload-survives':
    'After a window reload or an extension-host crash the same server sessions go on, and in-flight calls finish where the server allows it.',
  'fresh-fallback':
    'A stored session is checked before use; when the server refuses it a new one is made and marked as such, what it held is restored, and clients are told what changed.',
  'truth-on-screen':
    'The state shown is derived from proof, with the age of the last proof. It never says ready from memory.',
  'never-give-up':
    'Recovery never stops by itself. After ten tries the user is told once; slow probing goes on.',
  wake: 'Sleep, network change, VPN switch and window focus trigger an attempt at once, not at the next backoff tick.',
  'dead-detected':
    'A connection that is silently dead is detected within 60 s at the default settings, within 10 s while a call waits on it. A slow call on a living server is not mistaken for one.',
  'break-heard':
    'A response stream that breaks mid-call is noticed at once, and the call is resumed, repeated or answered as unknown.',
  'one-handshake':
    'However many calls meet an expired session together, there is one repair, and all of them succeed.',
  'stdio-supervised':
    'A crashed stdio server is restarted; five exits in three minutes stop it as a crash loop with the last stderr lines.',
  'gateway-never-drops':
    'Through the gateway a client sees no transport failure because of an upstream. Its URL, port and token survive reloads, and its old session id is adopted.',
  'one-owner': 'Two windows never use one stored session at the same time.',
  'keep-secrets':
    'No credential, token, session id, argument or result in a log, setting, error text, report or history unless the user asked for it.',
  'locked-door':
    'The gateway answers only loopback, the right token, Host and Origin; nothing from the workspace runs in an untrusted one.',
  bounded:
    'Every queue, buffer, history, body and store has a limit, and overflow is a clear error, never memory growth.',
  'clean-exit':
    'Deactivation ends every timer, socket and child process (with its children) within 5 s. Only where agents outside of the editor use the gateway, a small process keeps its port for 20 s, and goes.',
} as const;

export type PromiseId = keyof typeof promises;

/** Promises that no test can claim yet, each with the part of the product that will bring it. */
export const promisesToCome: Readonly<Partial<Record<PromiseId, string>>> = {};
