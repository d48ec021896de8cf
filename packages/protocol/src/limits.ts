/**
 * The one table of limits. Every queue, buffer, page, body, connection count and rate of Parley is bounded by a
 * number in here; the documents that list limits are generated from it. Units are in the names.
 */
export const limits = {
  /** Characters (Unicode code points) of a message. Ten screens of text; larger things are files. */
  messageContentMaxCharacters: 10_000,
  /** Characters of a client-made idempotency key; a UUID has 36. */
  clientIdMaxCharacters: 128,
  /** Edits of one message; its history is kept, so it must be bounded. */
  messageEditsMax: 100,
  /** People who may hide one message from themselves; the list stands in the message. */
  messageHidersMax: 1_000,
  usernameMinCharacters: 2,
  usernameMaxCharacters: 32,
  nameMaxCharacters: 80,
  bioMaxCharacters: 500,
  urlMaxCharacters: 2_048,
  /** Bytes of a profile picture: 256 pixels square in any of its formats, and in base64 it fits a JSON body. */
  pictureMaxBytes: 65_536,
  /** RFC 5321 section 4.5.3.1.3: a path is 256 octets with its brackets. */
  emailMaxCharacters: 254,
  passwordMinCharacters: 8,
  /** Bytes of UTF-8. The password is digested before bcrypt sees it, so nothing after byte 72 is lost. */
  passwordMaxBytes: 1_024,
  tokenMaxCharacters: 4_096,
  /** Bytes of a JSON body: the largest message in four-byte escapes, with room for its envelope. */
  bodyMaxBytes: 131_072,
  /** Bytes of one Socket.IO or WebSocket frame from a client. */
  frameMaxBytes: 131_072,
  pageDefault: 50,
  pageMax: 100,
  usersSkipMax: 10_000,
  messagesSkipMax: 100_000,
  searchQueryMaxCharacters: 200,
  searchTermsMax: 8,
  /** Messages one sync answer carries by default and at most; `more` says that there is a next. */
  syncDefault: 200,
  syncMax: 1_000,
  /** Chats a client may name in one sync. */
  syncChatsMax: 2_000,
  /** Syncs under way at once, and how many may wait for their turn; after a restart every client asks at the same moment. */
  syncsAtOnce: 8,
  syncsWaitingMax: 5_000,
  /** A sync that has waited this long is refused with `server_busy`: its client is about to give up. */
  syncWaitMs: 8_000,
  markReadIdsMax: 200,
  presenceWatchMax: 200,
  /** Unread messages are counted among this many newest of a chat; a larger backlog reads as at most this number. */
  unreadCountMax: 1_000,
  /** Messages that the lobby shows on connecting. */
  lobbyHistory: 50,
  /** Sends and changes waiting for the database; past it a send is refused with `server_busy`. */
  commitQueueMax: 10_000,
  /** Bytes of content waiting for the database. */
  commitQueueMaxBytes: 64 * 1_048_576,
  /** Entries and bytes of content in one database batch. */
  commitBatchMax: 1_000,
  commitBatchMaxBytes: 4 * 1_048_576,
  /** bcrypt at cost 12 takes about 0.23 s of a core; fewer at once where that would leave no core to others. */
  passwordHashesAtOnce: 2,
  /** Hashes that wait for their turn, and how long: their clients give up after some ten seconds. */
  passwordHashesWaiting: 100,
  passwordWaitMs: 8_000,
  /** Sessions of one user; the least recently used one gives way. */
  sessionsPerUser: 50,
  /** Live connections of one user over all devices; the next one is refused. */
  connectionsPerUser: 50,
  /** Live connections of the server before it refuses new ones. */
  connectionsMax: 20_000,
  /** Live connections of one address (IPv6 by /64) that nobody has signed in on; a crowd behind one proxy fits in. */
  strangersPerAddress: 5_000,
  /**
   * Connections that the operating system keeps until the server has time for them, where it allows so many
   * (`net.core.somaxconn`, 4,096 on Linux). Past it they are dropped: with Node's own 511 the
   * attempts of 188 of 3,000 that came back together were reset, with this none (fault harness, scenario storm).
   */
  connectionsWaitingMax: 4_096,
  /** Events of one connection that wait for their turn; past it the connection is closed. */
  connectionInboxMax: 256,
  /** Bytes that may wait for a slow reader, in the engine's queue and the socket's buffer together. */
  connectionOutboxMaxBytes: 4 * 1_048_576,
  authenticationTimeoutMs: 10_000,
  /** A request whose headers, or whose body, take longer is ended with 408. */
  requestHeadersMs: 15_000,
  requestMs: 30_000,
  /** A device whose heartbeat is older than this is gone. Twice the heartbeat, plus the time a probe may take. */
  presenceLeaseMs: 60_000,
  heartbeatMs: 25_000,
  heartbeatTimeoutMs: 20_000,
  /** A reconnect within this time causes no offline event. */
  presenceGraceMs: 10_000,
  /** People who are told of one user's presence: those of the most recently active chats. */
  presenceAudienceMax: 1_000,
  onlineListMax: 1_000,
  /** A typing notice ends by itself after this time. */
  typingExpiryMs: 6_000,
  /** Per user and second, over all devices and transports; short bursts of five times the rate pass. */
  messagesPerSecond: 20,
  typingPerSecond: 5,
  searchesPerSecond: 2,
  requestsPerSecond: 50,
  /** Failed logins on one identifier within the credential window before it must wait. */
  failedLoginsPerIdentifier: 10,
  /** Time from a stop signal to the end, at most; what is queued is written first. */
  shutdownMs: 10_000,
} as const;

/** The name of a limit. */
export type LimitName = keyof typeof limits;
