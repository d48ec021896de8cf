// Measures the search of messages: what an entry costs in three designs, and how long queries take in ours.
// The figures of docs/decisions/0005-message-search.md. From the root of the checkout:
//
//   npx tsx --conditions=@parley/source packages/server/scripts/measure-search.ts [costs] [queries] \
//     [--messages=1000000] [--data=folder]
//
// A real embedded engine in a temporary folder, gone afterwards; in a folder that is named the messages stay, and
// the queries of the next run start at once. About 10 minutes with a million messages on 2 cores.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { LOBBY_CHAT_ID } from '@parley/protocol';
import { Types } from 'mongoose';
import { makeCorpus } from '../../bench/src/bench/seed/search.corpus.js';
import { type Database, openDatabase } from '../src/database/connect.js';
import { ensureIndexes } from '../src/database/indexes.js';
import { chatCollection } from '../src/models/chat.model.js';
import { createChatStore } from '../src/models/chat.store.js';
import { indexDefinitions } from '../src/models/index.definitions.js';
import { toMessageDocument } from '../src/models/message.model.js';
import { createMessageReader } from '../src/models/message.reader.js';
import type { MessageRecord } from '../src/models/message.record.js';
import { createSearchStore } from '../src/models/search.store.js';
import { createChatDirectory } from '../src/services/chat.directory.js';
import { toSearchEntry } from '../src/services/search/search.queue.js';
import { createMessageSearch } from '../src/services/search/search.service.js';
import { parseQuery } from '../src/services/search/search.terms.js';
import { tokenize } from '../src/services/search/text.tokens.js';

const print = (line: string) => process.stdout.write(`${line}\n`);
const report = (error: unknown) => print(String(error));

/** The first chat gets a tenth of all messages, the others share the rest evenly. */
const CHATS = 5_001;
/** The first so many chats are those of the user who searches. */
const CHATS_OF_USER = 1_000;
const SENDERS = 500;

const BATCH = 1_000;
const COSTS_MESSAGES = 200_000;
const RUNS = 40;
const START = Date.UTC(2024, 0, 1);

const idOf = (kind: number, n: number) => (kind * 0x100000 + n).toString(16).padStart(24, '0');
const user = { userId: idOf(2, 0), sessionId: idOf(3, 0), username: 'searcher' };
const chatIdOf = (n: number) => idOf(1, n);

async function withDatabase(work: (database: Database) => Promise<void>, kept?: string): Promise<void> {
  const dataDir = kept ?? (await mkdtemp(join(tmpdir(), 'parley-measure-')));
  const quiet = () => undefined;
  const logger = {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: (fields: object, message: string) => report(`${message} ${JSON.stringify(fields)}`),
  };
  const database = await openDatabase({ dataDir, logger, searchPath: '' });
  try {
    await ensureIndexes(database.connection, indexDefinitions);
    await work(database);
  } finally {
    await database.close();
    if (kept === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

/** CPU that the engine and this process have used, in microseconds (the engine's in steps of 10 ms). */
function readCpu(database: Database): { engine: number; node: number } {
  const fields =
    readFileSync(`/proc/${database.engineProcessId()}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const { user: inUser, system } = process.cpuUsage();
  return { engine: (Number(fields[11]) + Number(fields[12])) * 10_000, node: inUser + system };
}

function* makeBatches(count: number): Iterable<MessageRecord[]> {
  const corpus = makeCorpus(1);
  const seqs = new Uint32Array(CHATS);
  for (let start = 0; start < count; start += BATCH) {
    yield Array.from({ length: Math.min(BATCH, count - start) }, (_, offset) => {
      const n = start + offset;
      const chat = corpus.random() < 0.1 ? 0 : 1 + corpus.below(CHATS - 1);
      const seq = (seqs[chat] ?? 0) + 1;
      seqs[chat] = seq;
      return {
        id: new Types.ObjectId().toHexString(),
        chatId: chatIdOf(chat),
        seq,
        rev: seq,
        createdRev: seq,
        sender: idOf(4, corpus.below(SENDERS)),
        content: corpus.text(n / count),
        messageType: 'text',
        clientId: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
        bodyDigest: '0123456789abcdef',
        createdAt: new Date(START + n * 60_000),
      };
    });
  }
}

async function readSizes(database: Database, collection: string): Promise<string> {
  const [stats] = await rawOf(database)
    .collection(collection)
    .aggregate([{ $collStats: { storageStats: {} } }])
    .toArray();
  type Sizes = { storageSize: number; indexSizes: Record<string, number> } | undefined;
  const sizes = stats?.['storageStats'] as Sizes;
  if (sizes === undefined) return `${collection}: no sizes`;
  const { storageSize, indexSizes } = sizes;
  const inMegabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const indexes = Object.entries(indexSizes).filter(([, size]) => size > 4_096);
  return [
    `${collection} ${inMegabytes(storageSize)}`,
    ...indexes.map(([name, size]) => `${name} ${inMegabytes(size)}`),
  ].join(', ');
}

const rawOf = ({ connection }: Database) => connection.getClient().db(connection.name);

/** How each design writes a batch: on the path of the ack, and after it. */
const designs = {
  none: async () => ({ inMessage: () => ({}), afterwards: async (_batch: MessageRecord[]) => undefined }),
  'A, tokens in the message': async (database: Database) => {
    await rawOf(database)
      .collection('messages')
      .createIndex({ '_id.chatId': 1, tokens: 1 }, { name: 'chat_token' });
    return {
      inMessage: ({ content }: MessageRecord) => ({ tokens: tokenize(content) }),
      afterwards: async (_batch: MessageRecord[]) => undefined,
    };
  },
  'B, a collection of tokens': async ({ connection }: Database) => {
    const store = createSearchStore(connection);
    return {
      inMessage: () => ({}),
      afterwards: (batch: MessageRecord[]) => store.write(batch.map(toSearchEntry)),
    };
  },
  'C, a text index': async (database: Database) => {
    const texts = rawOf(database).collection('texts');
    await texts.createIndex({ chat: 1, text: 'text' }, { name: 'chat_text', default_language: 'none' });
    return {
      inMessage: () => ({}),
      afterwards: (batch: MessageRecord[]) =>
        texts.insertMany(
          batch.map(({ id, chatId, createdAt, content }) => ({
            _id: new Types.ObjectId(id),
            chat: new Types.ObjectId(chatId),
            at: createdAt,
            text: content,
          })),
        ),
    };
  },
};

/** Writes messages in one design. CPU in microseconds a message, in the path of the ack and after it. */
async function load(database: Database, design: keyof typeof designs, count: number): Promise<string> {
  const { inMessage, afterwards } = await designs[design](database);
  const messages = rawOf(database).collection('messages');
  const spent = { engine: 0, node: 0, engineAfterwards: 0, nodeAfterwards: 0 };
  for (const batch of makeBatches(count)) {
    const before = readCpu(database);
    await messages.insertMany(
      batch.map((message) => ({ ...toMessageDocument(message), ...inMessage(message) })),
    );
    const between = readCpu(database);
    await afterwards(batch);
    const after = readCpu(database);
    spent.engine += between.engine - before.engine;
    spent.node += between.node - before.node;
    spent.engineAfterwards += after.engine - between.engine;
    spent.nodeAfterwards += after.node - between.node;
  }
  const perMessage = Object.values(spent).map((microseconds) =>
    (microseconds / count).toFixed(0).padStart(4),
  );
  return `| ${design} | ${perMessage.join(' | ')} |`;
}

async function measureCosts(): Promise<void> {
  print(`\nµs of CPU a message, ${COSTS_MESSAGES.toLocaleString('en')} messages, batches of ${BATCH}`);
  print('| design | engine | node | engine, after the ack | node, after the ack |\n|---|--:|--:|--:|--:|');
  for (const design of Object.keys(designs) as (keyof typeof designs)[]) {
    await withDatabase(async (database) => {
      print(await load(database, design, COSTS_MESSAGES));
      const collections = { A: 'messages', B: 'search_entries', C: 'texts' } as Record<string, string>;
      const collection = collections[design.charAt(0)];
      if (collection !== undefined) print(`<!-- ${await readSizes(database, collection)} -->`);
    });
  }
}

async function timeQueries(
  database: Database,
  make: () => string,
  run: (q: string) => Promise<unknown[]>,
): Promise<string> {
  const times: number[] = [];
  let found = 0;
  const before = readCpu(database);
  for (let n = 0; n < RUNS; n += 1) {
    const q = make();
    const startedAt = performance.now();
    found += (await run(q)).length;
    times.push(performance.now() - startedAt);
  }
  const { engine, node } = readCpu(database);
  times.sort((a, b) => a - b);
  const at = (part: number) => (times[Math.floor(part * (RUNS - 1))] ?? 0).toFixed(0);
  const cpu = [engine - before.engine, node - before.node].map((spent) => (spent / RUNS / 1_000).toFixed(0));
  return `${at(0.5)} | ${at(0.95)} | ${at(1)} | ${cpu.join(' | ')} | ${(found / RUNS).toFixed(0)} |`;
}

async function measureQueries(count: number, kept: string | undefined): Promise<void> {
  await withDatabase(async (database) => {
    const { connection } = database;
    const chats = Array.from({ length: CHATS }, (_, n) => ({
      _id: new Types.ObjectId(chatIdOf(n)),
      kind: 'direct' as const,
      pairKey: String(n),
      participants: [n < CHATS_OF_USER ? user.userId : idOf(4, n % SENDERS), idOf(5, n)].map(
        (id) => new Types.ObjectId(id),
      ),
      isGroup: false,
      groupName: null,
      lastSeq: 1,
      rev: 1,
      lastMessage: null,
      lastActivity: new Date(START + n),
      createdAt: new Date(START),
    }));
    if ((await chatCollection(connection).estimatedDocumentCount()) === 0) {
      print(
        `\n${count.toLocaleString('en')} messages\n${await load(database, 'B, a collection of tokens', count)}`,
      );
      await chatCollection(connection).insertMany(chats);
    }
    print(`${await readSizes(database, 'messages')}\n${await readSizes(database, 'search_entries')}`);

    const store = createSearchStore(connection);
    const chatStore = createChatStore(connection);
    const directory = createChatDirectory({
      store: chatStore,
      userExists: async () => true,
      now: () => new Date(),
    });
    const reader = createMessageReader(connection);
    const search = createMessageSearch({
      pace: () => 'none',
      store,
      chats: directory,
      chatStore,
      reader,
      onError: report,
    });
    const own = await chatStore.headsOf(user.userId, 2_000);
    const allIds = [...own.map(({ id }) => id), LOBBY_CHAT_ID];
    const scopes = {
      [`${CHATS_OF_USER} chats`]: (q: string) => search.find(user, { q, limit: 20 }),
      [`one chat of ${count / 10}`]: (q: string) => search.find(user, { q, limit: 20, chatId: chatIdOf(0) }),
      'one chat of 180': (q: string) => search.find(user, { q, limit: 20, chatId: chatIdOf(9) }),
      [`${CHATS_OF_USER} chats, always by token`]: (q: string) =>
        store.findAmongAll({ chatIds: allIds, conditions: parseQuery(q).conditions }, 20),
    };
    for (const [scope, run] of Object.entries(scopes)) {
      print(
        `\n| ${scope}, ms | p50 | p95 | max | CPU engine | CPU node | found |\n|---|--:|--:|--:|--:|--:|--:|`,
      );
      const { queries } = makeCorpus(2);
      for (const [name, make] of Object.entries(queries))
        print(`| ${name} | ${await timeQueries(database, make, run)}`);
    }
  }, kept);
}

const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { messages: { type: 'string', default: '1000000' }, data: { type: 'string' } },
});
if (names.length === 0 || names.includes('costs')) await measureCosts();
if (names.length === 0 || names.includes('queries')) {
  await measureQueries(Number(values.messages), values.data);
}
