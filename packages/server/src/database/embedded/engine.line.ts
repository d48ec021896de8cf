import { connect, type Socket } from 'node:net';
import { mongo } from 'mongoose';
import { SOCKET_TIMEOUT_MS } from '../connect.options.js';
import { BODY_AT, cutMessages, encodeMessage } from './wire.message.js';

/** Bytes of documents that go as one command; the driver parts what is more. A batch of messages has 4 MB at the most. */
const INSERT_BYTES_MAX = 16_000_000;

/** A connection of its own to the embedded engine, for the one command that every message waits for. */
export interface EngineLine {
  /**
   * Inserts documents in order, journaled; stops at the first that is refused. Undefined while there is no connection, or
   * where it is too much for one command: then the driver has to do it, which also waits for an engine that comes back.
   * Rejects as the driver does: with a `MongoServerError` that lists `writeErrors` when a document was refused, and with
   * a `MongoNetworkError` when no answer came, and the documents may be on disk or not.
   */
  insert(collection: string, documents: readonly mongo.BSON.Document[]): Promise<void> | undefined;
  /** The engine can be reached, or not any more: connects, or fails what is under way. */
  setReachable(isReachable: boolean): void;
}

/** What the engine answers to an insert. */
interface InsertReply {
  ok: number;
  errmsg?: string;
  code?: number;
  writeErrors?: { index: number; code: number; errmsg: string }[];
  writeConcernError?: { code: number; errmsg: string };
}

interface Question {
  id: number;
  resolve: () => void;
  reject: (error: Error) => void;
}

/**
 * Speaks to the engine on its Unix socket without the driver. What the driver does around a command (choosing a server, a
 * session, a connection of its pool, four generators for one answer) costs 0.8 ms of processor time where little is warm,
 * which is more than anything else of a small batch (docs/decisions/0011-engine-line.md). The driver still watches the
 * engine, and `setReachable` passes on what it finds: a frozen engine closes no connection.
 */
export function createEngineLine(socketPath: string, databaseName: string): EngineLine {
  /** Set once it is connected. */
  let open: Socket | undefined;
  let connecting: Socket | undefined;
  let isReachable = false;
  /** In the order in which the engine answers. */
  let questions: Question[] = [];
  let requestId = 0;

  function connectOnce(): void {
    if (!isReachable || open !== undefined || connecting !== undefined) return;
    const socket = connect(socketPath);
    connecting = socket;
    const read = cutMessages(answer);
    socket.on('connect', () => {
      connecting = undefined;
      open = socket;
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        if (!read(chunk)) socket.destroy();
      } catch {
        // An answer that cannot be read is none.
        socket.destroy();
      }
    });
    socket.setTimeout(SOCKET_TIMEOUT_MS, () => {
      if (questions.length > 0) socket.destroy();
    });
    // `close` comes after it, and says the same.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (connecting === socket) connecting = undefined;
      if (open === socket) lose();
    });
  }

  function lose(): void {
    open = undefined;
    const unanswered = questions;
    questions = [];
    for (const { reject } of unanswered)
      reject(new mongo.MongoNetworkError('the connection to the database engine ended before its answer'));
  }

  /** Throws when it is not the answer to the oldest question: nobody knows then which one belongs to which. */
  function answer(message: Buffer): void {
    const [question] = questions;
    if (question === undefined || message.readInt32LE(8) !== question.id)
      throw new Error('the engine answered something else');
    const failure = readFailure(mongo.BSON.deserialize(message.subarray(BODY_AT)) as InsertReply);
    questions.shift();
    if (failure === undefined) question.resolve();
    else question.reject(failure);
  }

  return {
    insert(collection, documents) {
      const socket = open;
      if (socket === undefined || socket.destroyed) {
        connectOnce();
        return undefined;
      }
      const encoded = documents.map((document) => mongo.BSON.serialize(document));
      if (encoded.reduce((sum, { length }) => sum + length, 0) > INSERT_BYTES_MAX) return undefined;
      requestId = (requestId + 1) & 0x7fffffff;
      const id = requestId;
      const command = {
        insert: collection,
        ordered: true,
        writeConcern: { w: 1, j: true },
        $db: databaseName,
      };
      const message = encodeMessage(id, mongo.BSON.serialize(command), 'documents', encoded);
      return new Promise((resolve, reject) => {
        questions.push({ id, resolve, reject });
        socket.write(message);
      });
    },

    setReachable(reachable) {
      isReachable = reachable;
      if (reachable) connectOnce();
      else {
        connecting?.destroy();
        open?.destroy();
        if (open !== undefined) lose();
      }
    },
  };
}

/** Whatever is not on disk for sure counts as no answer, whatever else the reply says. */
function readFailure(reply: InsertReply): Error | undefined {
  const { ok, writeErrors: [refused] = [], writeConcernError } = reply;
  if (ok !== 1) return new mongo.MongoServerError(reply);
  if (writeConcernError !== undefined) return new mongo.MongoServerError(writeConcernError);
  if (refused === undefined) return undefined;
  const { code, errmsg } = refused;
  return new mongo.MongoServerError({ ...reply, code, errmsg });
}
