import type { SyncInput, SyncResult } from '@parley/protocol';

/** A UTF-16 code unit takes at most three bytes of UTF-8; six where JSON escapes it, which text seldom needs. */
const BYTES_PER_CHARACTER = 3;

/**
 * Syncs with as many messages as a connection may have waiting: an answer larger than the limit on slow readers would
 * cut off the very client that has most to catch up. `more` then leads the client on.
 */
export async function syncWithin(
  outboxMaxBytes: number,
  input: SyncInput,
  sync: (input: SyncInput) => Promise<SyncResult>,
): Promise<SyncResult> {
  for (let { limit } = input; ; limit = Math.ceil(limit / 4)) {
    const result = await sync({ ...input, limit });
    if (limit === 1 || countCharacters(result) * BYTES_PER_CHARACTER <= outboxMaxBytes / 2) return result;
  }
}

function countCharacters(result: SyncResult): number {
  return result.chats.reduce(
    (sum, { messages }) => sum + messages.reduce((characters, { content }) => characters + content.length, 0),
    0,
  );
}
