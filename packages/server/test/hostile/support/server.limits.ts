/** Limits on how often, out of the way of what is about something else. */
export const unlimited = {
  messagesPerSecond: 1_000_000,
  typingPerSecond: 1_000_000,
  searchesPerSecond: 1_000_000,
  requestsPerSecond: 1_000_000,
};
