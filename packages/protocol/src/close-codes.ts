/**
 * Close codes of the raw WebSocket (RFC 6455 section 7.4.2: 4000-4999 are for private use), and the reasons that
 * Socket.IO clients see in the `error` event before they are disconnected.
 */
export const closeCodes = {
  authenticationFailed: { code: 4401, reason: 'authentication failed' },
  sessionEnded: { code: 4403, reason: 'session ended' },
  tooManyConnections: { code: 4429, reason: 'too many connections' },
  rateLimited: { code: 4430, reason: 'too many frames' },
  slowReader: { code: 4408, reason: 'too slow to read; resume by sync' },
  serverStopping: { code: 1012, reason: 'server is restarting' },
  serverBusy: { code: 1013, reason: 'server is busy; try again later' },
} as const;

/** The name of a close code. */
export type CloseName = keyof typeof closeCodes;
