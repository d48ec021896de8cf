/**
 * The server under attack, as a process of its own: what it does to memory, to the database and to itself can be
 * told apart from what the attacker does. It answers questions over IPC, and ends when its parent does.
 */
import { createHash } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { LOBBY_CHAT_ID } from '@parley/protocol';
import { Types } from 'mongoose';
import { pino } from 'pino';
import { startServer } from '../../../src/app.js';
import { readConfig } from '../../../src/config/config.js';
import { createLogger } from '../../../src/logging/logger.js';
import { type Harm, PASSWORD, type Question, SECRET_CONTENT, type StartMessage } from './attacked.server.js';

/** What a hostile input may never change. Left out is what is derived or a mark of use, written when convenient. */
const DERIVED: Record<string, string[]> = {
  users: ['lastSeen'],
  sessions: ['lastUsedAt'],
  chats: ['lastSeq', 'rev', 'lastMessage', 'lastActivity'],
  memberships: ['deliveredSeq'],
  messages: ['pending'],
};
/** Made from the messages, when there is time. */
const IGNORED = new Set(['search_entries', 'search_marks']);

/** What no line of the log may hold: the password of everybody, what others wrote, or a token. */
const SECRETS = new RegExp(`${PASSWORD}|${SECRET_CONTENT}|eyJ[\\w-]+\\.eyJ[\\w-]+\\.`);

const failures: string[] = [];
process.on('uncaughtException', (error) => failures.push(`uncaught exception: ${error.stack}`));
process.on('unhandledRejection', (reason) =>
  failures.push(`unhandled rejection: ${reason instanceof Error ? reason.stack : String(reason)}`),
);
process.on('disconnect', () => process.exit(1));

/** People who are there before the first case, while the lobby is empty (hostile.world.ts). */
const INHABITANTS = 5;

const kept: Buffer[] = [];
const LEAK_BYTES = 64 * 1_048_576;
const STALL_MS = 300;

function spin(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

const lines: string[] = [];
const LINES_KEPT = 2_000;
const ERROR_LEVEL = 50;

function keepLine(line: string): void {
  if (lines.push(line) > LINES_KEPT) lines.shift();
  if (SECRETS.test(line)) failures.push(`a secret in the log: ${line}`);
  const { level, ...rest } = JSON.parse(line) as { level: number };
  if (level >= ERROR_LEVEL) failures.push(`logged as an error: ${JSON.stringify(rest)}`);
}

async function start({ env, limits, passwordCost, logLevel }: StartMessage) {
  const logger =
    logLevel === 'silent'
      ? pino({ level: 'silent' })
      : createLogger({ level: logLevel }, { write: keepLine });
  const server = await startServer({ ...readConfig(env), port: 0 }, { logger, limits, passwordCost });
  const { connection } = server.database;
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();

  /** Of the messages of these people's chats and of everything else, less what is derived. */
  async function digest(): Promise<Record<string, string>> {
    const db = connection.getClient().db(connection.name);
    const found: Record<string, string> = {};
    const inhabitants = await db.collection('users').find().sort({ _id: 1 }).limit(INHABITANTS).toArray();
    // Watermarks that only say what was delivered come and go with connections; and whoever registers gets one of the
    // lobby, some time after the answer.
    const watermarks = {
      readSeq: { $gt: 0 },
      $or: [
        { chatId: { $ne: Types.ObjectId.createFromHexString(LOBBY_CHAT_ID) } },
        { userId: { $in: inhabitants.map(({ _id }) => _id) } },
      ],
    };
    for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray()) {
      if (IGNORED.has(name)) continue;
      const derived = DERIVED[name] ?? [];
      const hash = createHash('sha256');
      const projection = Object.fromEntries(derived.map((field) => [field, 0]));
      let count = 0;
      const filter = name === 'memberships' ? watermarks : {};
      for await (const document of db.collection(name).find(filter, { projection }).sort({ _id: 1 })) {
        hash.update(JSON.stringify(document));
        count += 1;
      }
      found[name] = `${count} ${hash.digest('hex').slice(0, 16)}`;
    }
    return found;
  }

  /** Twice: the first collection only hears of what finalizers let go. */
  function memory() {
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heldBytes: heapUsed + external, residentBytes: rss };
  }

  /** What an attack might do, done on purpose: the runner is tested with it. */
  const harms: Record<Harm, () => unknown> = {
    rejects: () => void Promise.reject(new Error('on purpose')),
    throws: () =>
      void setImmediate(() => {
        throw new Error('on purpose');
      }),
    logs: () => logger.error('on purpose'),
    tells: () => logger.warn({ note: PASSWORD }, 'on purpose'),
    leaks: () => kept.push(Buffer.alloc(LEAK_BYTES, 1)),
    stalls: () => void setInterval(() => spin(STALL_MS), 1),
    async drops() {
      const sessions = await connection
        .getClient()
        .db(connection.name)
        .collection('sessions')
        .find()
        .toArray();
      for (const { _id, userId } of sessions) {
        const ended = { userId: String(userId), sessionIds: [String(_id)], reason: 'on purpose' };
        server.bus.publish('session.revoked', ended);
      }
    },
  };

  const answers: Record<Exclude<Question, `harm ${Harm}`>, () => unknown> = {
    digest,
    memory,
    failures: () => failures.splice(0),
    lines: () => lines.splice(0),
    delay() {
      const found = { p99Ms: delay.percentile(99) / 1e6, maxMs: delay.max / 1e6 };
      delay.reset();
      return found;
    },
    async close() {
      await server.close();
      setImmediate(() => process.exit(0));
    },
  };
  process.on('message', ({ id, question }: { id: number; question: Question }) => {
    const [word, harm] = question.split(' ') as [keyof typeof answers, Harm | undefined];
    const answer = harm === undefined ? answers[word] : harms[harm];
    void (async () => process.send?.({ id, value: (await answer()) ?? null }))();
  });
  process.send?.({ url: server.url });
}

process.once('message', (message: StartMessage) => void start(message));
