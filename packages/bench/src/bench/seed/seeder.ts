import { pairKeyOf, type StartOverrides, toSearchEntry } from '@parley/server';
import { makeCorpus } from './search.corpus.js';
import { LARGEST_CHAT_SHARE, type SeedAnswer, type SeedOrder } from './seed.order.js';

type Stores = Parameters<NonNullable<StartOverrides['wrapStores']>>[0];
type Entry = Parameters<Stores['messages']['insert']>[0][number];
type Message = Extract<Entry, { type: 'message' }>['message'];

const BATCH = 1_000;
/** Messages came a minute apart: a million of them in 23 months. */
const STEP_MS = 60_000;
const START = Date.UTC(2024, 0, 1);
const CHATS_AT_ONCE = 1_000;
/** Messages of each chat that the reader has not read. */
const UNREAD = 2;

interface SeededChat {
  id: string;
  members: readonly [string, string];
  lastSeq: number;
  lastMessageId: string | null;
  lastActivity: Date | null;
}

/**
 * Fills a database as years of use would, through the stores of the server: the same documents, under all indexes, the
 * index of words included. Call it before anybody uses the chats: nothing that is live hears of it.
 */
export function createSeeder(stores: Stores) {
  let chats: SeededChat[] = [];
  let stored = 0;

  async function makeChats({ chats: count, userIds, chatsOfReader }: SeedOrder): Promise<void> {
    const [reader = '', ...others] = userIds;
    const pairs = Array.from({ length: count }, (_, n) =>
      n < chatsOfReader ? ([reader, others[n] as string] as const) : pairOf(others, n - chatsOfReader),
    );
    chats = [];
    for (let start = 0; start < pairs.length; start += CHATS_AT_ONCE) {
      const some = pairs.slice(start, start + CHATS_AT_ONCE);
      const opened = await stores.chats.openDirects(
        some.map(([a, b]) => pairKeyOf(a, b)),
        new Date(START),
      );
      for (const members of some) {
        const chat = opened.get(pairKeyOf(...members));
        if (chat === undefined) throw new Error('a chat could not be opened');
        const { id, lastSeq } = chat;
        chats.push({ id, members, lastSeq, lastMessageId: null, lastActivity: null });
      }
    }
    stored = chats.reduce((sum, { lastSeq }) => sum + lastSeq, 0);
  }

  async function writeBatch(messages: Message[]): Promise<void> {
    const { failure } = await stores.messages.insert(
      messages.map((message) => ({ type: 'message' as const, message })),
    );
    if (failure !== null) throw new Error(`the seed met what was there: ${failure.taken}`);
    await stores.search.write(messages.map(toSearchEntry));
  }

  /** Lists and unread counts as they would be. */
  async function writeHeads(readerId: string): Promise<void> {
    const touched = chats.filter(({ lastMessageId }) => lastMessageId !== null);
    for (let start = 0; start < touched.length; start += BATCH) {
      const some = touched.slice(start, start + BATCH);
      await stores.chats.advanceHeads(
        some.map(({ id, lastSeq, lastMessageId, lastActivity }) => ({
          chatId: id,
          rev: lastSeq,
          lastSeq,
          lastMessageId,
          lastActivity,
        })),
      );
      await stores.memberships.advance(
        some
          .filter(({ members }) => members[0] === readerId)
          .map(({ id, lastSeq, lastActivity }) => ({
            chatId: id,
            userId: readerId,
            readSeq: Math.max(0, lastSeq - UNREAD),
            deliveredSeq: lastSeq,
            readAt: lastActivity,
          })),
      );
    }
  }

  return {
    async seed(order: SeedOrder): Promise<SeedAnswer> {
      if (chats.length === 0) await makeChats(order);
      const corpus = makeCorpus(1 + stored);
      let writing: Promise<void> = Promise.resolve();
      while (stored < order.stored) {
        const batch = Array.from({ length: Math.min(BATCH, order.stored - stored) }, () => {
          stored += 1;
          const place =
            corpus.random() < LARGEST_CHAT_SHARE ? 0 : 1 + corpus.below(Math.max(1, chats.length - 1));
          const chat = (chats[place] ?? chats[0]) as SeededChat;
          return nextMessage(chat, corpus, stored, new Date(START + stored * STEP_MS));
        });
        // The next texts are made while the database writes the last ones.
        await writing;
        writing = writeBatch(batch);
      }
      await writing;
      await writeHeads(order.userIds[0] ?? '');
      return {
        chats: chats.slice(0, order.chatsOfReader).map(({ id, lastSeq }) => ({ id, lastSeq })),
      };
    },
  };

  function nextMessage(
    chat: SeededChat,
    corpus: ReturnType<typeof makeCorpus>,
    n: number,
    at: Date,
  ): Message {
    const seq = chat.lastSeq + 1;
    const message: Message = {
      id: stores.messages.newId(),
      chatId: chat.id,
      seq,
      rev: seq,
      createdRev: seq,
      sender: chat.members[corpus.random() < 0.5 ? 0 : 1],
      content: corpus.text(n / 1_000_000),
      messageType: 'text',
      clientId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
      bodyDigest: '0123456789abcdef',
      createdAt: at,
    };
    Object.assign(chat, { lastSeq: seq, lastMessageId: message.id, lastActivity: at });
    return message;
  }
}

/** Two different people; another pair for each number below half the square of their count. */
function pairOf(people: readonly string[], n: number): readonly [string, string] {
  const first = n % people.length;
  const step = 1 + Math.floor(n / people.length);
  return [people[first] as string, people[(first + step) % people.length] as string];
}
