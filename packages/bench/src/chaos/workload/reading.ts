import { pause } from '../rig/pause.js';
import type { PlannedChat } from './chat.plan.js';
import type { Person } from './people.js';
import { createReplica } from './replica.js';
import type { SenderParts } from './sending.js';

const PAGE = 50;
const SYNC_LIMIT = 200;

/** Reads during the run: pages, lists, receipts, and a client that knows nothing but what sync gives it. */
export function createReaderOf({ device, rest, history, random }: Omit<SenderParts, 'mayGoOn'>) {
  const { person } = device;
  const { token } = person;
  /** The sync-only client: away between its calls, for as long as the dice say. */
  const replica = createReplica();
  let isAsking = false;

  return {
    replica,

    /** The newest page of a direct chat. */
    async readPage(chat: PlannedChat): Promise<void> {
      const other = chat.members.find(({ id }) => id !== person.id) as Person;
      const start = history.now();
      const answer = await rest.call('GET', `/api/messages/conversation/${other.id}?limit=${PAGE}`, {
        token,
      });
      if (answer.outcome !== 'ok') return;
      const messages = (
        answer.value.messages as { id: string; seq: number; rev: number; timestamp: string }[]
      ).map(({ id, seq, rev, timestamp: at }) => ({ id, seq, rev, at }));
      history.add({ type: 'page', start, end: history.now(), user: person.id, chat: chat.id, messages });
    },

    async readList(): Promise<void> {
      const start = history.now();
      const answer = await rest.call('GET', '/api/messages/chats', { token });
      if (answer.outcome !== 'ok') return;
      const chats = (answer.value.chats as { id: string; lastSeq: number; rev: number }[]).map(
        ({ id: chat, lastSeq, rev }) => ({ chat, lastSeq, rev }),
      );
      history.add({ type: 'list', start, end: history.now(), user: person.id, chats });
    },

    /** Marks a chat as read up to somewhere: behind the mark and beyond the end included. */
    async markRead(chat: PlannedChat): Promise<void> {
      const known = device.replica.chats.get(chat.id)?.messages.size ?? 0;
      const upTo = random.between(0, known + 5);
      const start = history.now();
      const body = { chatId: chat.id, upTo };
      const answer =
        device.socket?.isOpen() === true && random.chance(0.5)
          ? await device.socket.call('read_receipt', body)
          : await rest.call('POST', '/api/messages/mark-read', { token, body });
      history.add({
        type: 'read',
        start,
        end: history.now(),
        user: person.id,
        chat: chat.id,
        upTo,
        outcome: answer.outcome,
        ...(answer.outcome === 'ok' ? { readSeq: answer.value.readSeq as number } : { code: answer.code }),
      });
    },

    /** The sync-only client comes back, once, in pages; false when it was cut short. */
    async resume(limit = SYNC_LIMIT): Promise<boolean> {
      if (isAsking) return false;
      isAsking = true;
      try {
        for (;;) {
          const start = history.now();
          const question = replica.question(limit) as { chats: Record<string, number> };
          const answer = await rest.call('POST', '/api/sync', { token, body: question });
          if (answer.outcome !== 'ok') {
            if (answer.code !== 'rate_limited') return false;
            await pause(1_000 * (answer.retryAfterSeconds ?? 1));
            continue;
          }
          // biome-ignore lint/suspicious/noExplicitAny: the wire
          const chats = answer.value.chats.map((part: any) => ({
            chat: part.chatId,
            from: question.chats[part.chatId] ?? 0,
            rev: part.rev,
            more: part.more,
            resync: part.resync === true,
            messages: part.messages.map(({ id, seq, rev }: { id: string; seq: number; rev: number }) => ({
              id,
              seq,
              rev,
            })),
          }));
          const client = `${person.name}:sync`;
          history.add({ type: 'sync', start, end: history.now(), user: person.id, client, chats });
          replica.applySync(answer.value);
          if (answer.value.more !== true) return true;
        }
      } finally {
        isAsking = false;
      }
    },
  };
}
