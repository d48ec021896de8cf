import type { FinalMessage, FinalReplica, FinalView } from '../checker/verdict.js';
import { pause, waitUntil } from '../rig/pause.js';
import type { RestClient } from '../wire/rest.client.js';
import type { PlannedChat } from './chat.plan.js';
import type { Person } from './people.js';
import { createReplica, type Replica } from './replica.js';
import type { Actor } from './workload.js';

const PAGE = 100;
const SYNC_LIMIT = 1_000;
/** Deliveries are written 200 ms later (receipt.ledger.ts). */
const DELIVERED_WITHIN_MS = 5_000;

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is judged by the checker
type Wire = any;

/** Reads until there is an answer: the faults are over, so every refusal is one that passes. */
async function insist(
  rest: RestClient,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<Wire> {
  for (let tries = 0; ; tries += 1) {
    const answer = await rest.call(method, path, {
      token,
      ...(body !== undefined && { body }),
      withinMs: 20_000,
    });
    if (answer.outcome === 'ok') return answer.value;
    if (tries === 40) throw new Error(`${method} ${path} still ends with ${answer.code} after the faults`);
    await pause(1_000 * (answer.retryAfterSeconds ?? 0.5));
  }
}

/** `reader` as of a page, which tells the reader about messages of one's own what the others' marks say. */
function toFinal(message: Wire, reader?: Person): FinalMessage {
  const { id, seq, rev, sender, content, deletedAt, timestamp, clientId } = message;
  return {
    id,
    seq,
    rev,
    sender,
    content,
    deleted: deletedAt !== undefined,
    at: timestamp,
    ...(clientId && { clientId }),
    ...(sender === reader?.id && { isRead: message.isRead, delivered: message.delivered }),
  };
}

/** A direct chat, page by page from its beginning. */
async function readPages(rest: RestClient, person: Person, other: Person): Promise<FinalMessage[]> {
  const found: FinalMessage[] = [];
  let after = 0;
  for (;;) {
    const path = `/api/messages/conversation/${other.id}?limit=${PAGE}&after=${after}`;
    const page = await insist(rest, person.token, 'GET', path);
    found.push(...page.messages.map((message: Wire) => toFinal(message, person)));
    if (page.hasMore !== true) return found;
    after = found.at(-1)?.seq ?? 0;
  }
}

/** Everything that a client without any state gets by sync: messages as they are, by chat, and the revisions. */
async function readBySync(rest: RestClient, person: Person) {
  const messages = new Map<string, Map<string, FinalMessage>>();
  const replica = createReplica();
  for (;;) {
    const answer = await insist(rest, person.token, 'POST', '/api/sync', replica.question(SYNC_LIMIT));
    replica.applySync(answer);
    for (const part of answer.chats) {
      const ofChat = messages.get(part.chatId) ?? new Map<string, FinalMessage>();
      messages.set(part.chatId, ofChat);
      for (const message of part.messages) {
        if (message.hidden === true) ofChat.delete(message.id);
        else ofChat.set(message.id, toFinal(message));
      }
    }
    if (answer.more !== true) return { messages, replica };
  }
}

function holdingsOf(
  client: string,
  user: string,
  chats: readonly PlannedChat[],
  replica: Replica,
): FinalReplica[] {
  return chats.map(({ id: chat }) => {
    const held = replica.chats.get(chat);
    const messages = [...(held?.messages.values() ?? [])];
    return { client, user, chat, rev: held?.rev ?? 0, messages, marks: held?.marks ?? new Map() };
  });
}

/** Gives everybody everything, and waits for the marks that this moves: they are written a moment later. */
async function settleDeliveries(
  rest: RestClient,
  actors: readonly Actor[],
  chats: readonly PlannedChat[],
): Promise<void> {
  for (const { person } of actors) await readBySync(rest, person);
  const isDelivered = async (person: Person, other: Person) => {
    const path = `/api/messages/conversation/${other.id}?limit=${PAGE}`;
    const page = await insist(rest, person.token, 'GET', path);
    return page.messages.every(
      ({ sender, delivered }: Wire) => sender !== person.id || delivered === true,
    ) as boolean;
  };
  const pairs = chats
    .filter(({ isLobby }) => !isLobby)
    .flatMap(({ members: [first, second] }) => [
      [first, second] as [Person, Person],
      [second, first] as [Person, Person],
    ]);
  // What does not come is a finding of the checker's, which reads it again.
  for (const [person, other] of pairs)
    await waitUntil('deliveries', () => isDelivered(person, other), DELIVERED_WITHIN_MS).catch(
      () => undefined,
    );
}

/** Reads everything back as every member, and takes down what the clients that resumed hold. */
export async function readBack(rest: RestClient, actors: readonly Actor[], chats: readonly PlannedChat[]) {
  const views: FinalView[] = [];
  const replicas: FinalReplica[] = [];
  await settleDeliveries(rest, actors, chats);
  for (const { person, device, reader } of actors) {
    const own = chats.filter(({ members }) => members.includes(person));
    for (let tries = 0; !(await device.catchUp()); tries += 1) {
      if (tries === 40) throw new Error(`${device.name} cannot catch up after the faults`);
      await pause(250);
    }
    while (!(await reader.resume())) await pause(250);
    replicas.push(...holdingsOf(`${person.name}:live`, person.id, own, device.replica));
    replicas.push(...holdingsOf(`${person.name}:sync`, person.id, own, reader.replica));

    const fresh = await readBySync(rest, person);
    replicas.push(...holdingsOf(`${person.name}:fresh`, person.id, own, fresh.replica));
    for (const chat of own) {
      const other = chat.members.find(({ id }) => id !== person.id) as Person;
      const bySync = [...(fresh.messages.get(chat.id)?.values() ?? [])].sort((a, b) => a.seq - b.seq);
      const messages = chat.isLobby ? bySync : await readPages(rest, person, other);
      // Marking nothing as read tells where the mark is and what is unread.
      const mark = await insist(rest, person.token, 'POST', '/api/messages/mark-read', {
        chatId: chat.id,
        upTo: 0,
      });
      const rev = fresh.replica.chats.get(chat.id)?.rev ?? 0;
      views.push({
        user: person.id,
        chat: chat.id,
        messages,
        rev,
        readSeq: mark.readSeq,
        unreadCount: mark.unreadCount,
      });
    }
  }
  return { views, replicas };
}
