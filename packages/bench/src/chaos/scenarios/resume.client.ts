import type { Body } from '../wire/rest.client.js';
import type { SocketIoClient } from '../wire/socketio.client.js';
import type { Person } from '../workload/people.js';
import { createReplica, type Replica } from '../workload/replica.js';

/** Messages that one answer of sync may carry to these clients. */
export const PAGE = 50;
/** The same for a fresh read to compare with, which is not in question. */
export const FRESH_PAGE = 1_000;

/** How long an answer may take, in milliseconds: what is judged is what it says. */
const PATIENCE_MS = 20_000;

/** A client that knows nothing but what sync gives it. */
export interface ResumingClient {
  person: Person;
  replica: Replica;
  /** Answers so far, and the messages of the largest. */
  pages: number;
  largest: number;
}

/** A client that holds nothing yet. */
export function createResumingClient(person: Person): ResumingClient {
  return { person, replica: createReplica(), pages: 0, largest: 0 };
}

/** Asks sync until nothing is left. Throws when an answer is no answer. */
export async function catchUp(
  socket: SocketIoClient,
  client: ResumingClient,
  limit: number = PAGE,
): Promise<void> {
  for (;;) {
    const answer = await socket.call('sync', client.replica.question(limit), PATIENCE_MS);
    if (answer.outcome !== 'ok') throw new Error(`sync ended with ${answer.code}`);
    client.pages += 1;
    const size = answer.value.chats.reduce((sum: number, chat: Body) => sum + chat.messages.length, 0);
    client.largest = Math.max(client.largest, size);
    client.replica.applySync(answer.value);
    if (answer.value.more !== true) return;
  }
}

/** Whether two clients hold the same: messages with all that was changed, and how far everybody has read. */
export function isSame(held: Replica, fresh: Replica): boolean {
  const stateOf = ({ chats }: Replica) =>
    JSON.stringify(
      [...chats]
        .sort()
        .map(([chat, { rev, messages, marks }]) => [
          chat,
          rev,
          [...marks].flatMap(([userId, { readSeq }]) => (readSeq > 0 ? [`${userId} ${readSeq}`] : [])).sort(),
          [...messages.values()].sort((a, b) => a.seq - b.seq),
        ]),
    );
  return stateOf(held) === stateOf(fresh);
}
