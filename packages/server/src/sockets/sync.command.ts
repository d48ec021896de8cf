import type { SyncInput, SyncResult } from '@parley/protocol';

/** A UTF-16 code unit takes at most three bytes of UTF-8; six where JSON escapes it, which text seldom needs. */
const BYTES_PER_CHARACTER = 3;

/**
 * Syncs with as many messages as a connection may have waiting: an answer larger than the limit on slow readers would
 * cut off the very client that has most to catch up. `more` then leads the client on. An answer that is too large
 * tells how many would do; the messages left out may have been the small ones, so the next guess is half at most.
 */
export async function syncWithin(
  outboxMaxBytes: number,
  input: SyncInput,
  sync: (input: SyncInput) => Promise<SyncResult>,
): Promise<SyncResult> {
  const budget = outboxMaxBytes / 2;
  for (let { limit } = input; ; ) {
    const result = await sync({ ...input, limit });
    const bytes = countCharacters(result) * BYTES_PER_CHARACTER;
    if (limit === 1 || bytes <= budget) return result;
    limit = Math.max(
      1,
      Math.min(Math.floor(limit / 2), Math.floor((countMessages(result) * budget) / bytes)),
    );
  }
}

function countMessages({ chats }: SyncResult): number {
  return chats.reduce((sum, { messages }) => sum + messages.length, 0);
}

function countCharacters(result: SyncResult): number {
  return result.chats.reduce(
    (sum, { messages }) => sum + messages.reduce((characters, { content }) => characters + content.length, 0),
    0,
  );
}
