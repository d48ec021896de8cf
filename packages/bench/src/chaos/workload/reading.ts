import { pause } from '../rig/pause.js';
import type { PlannedChat } from './chat.plan.js';
import type { Person } from './people.js';
import { createReplica } from './replica.js';
import type { SenderParts } from './sending.js';
import { askSync } from './syncing.js';

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
      const path = `/api/messages/conversation/${other.id}?limit=${PAGE}`;
      const answer = await rest.call('GET', path, { token });
      const asked = { type: 'page', start, end: history.now(), user: person.id, chat: chat.id } as const;
      if (answer.outcome !== 'ok') {
        history.add({ ...asked, outcome: answer.outcome, code: answer.code, messages: [] });
        return;
      }
      const messages = (
        answer.value.messages as { id: string; seq: number; rev: number; timestamp: string }[]
      ).map(({ id, seq, rev, timestamp: at }) => ({ id, seq, rev, at }));
      history.add({ ...asked, outcome: 'ok', messages });
    },

    async readList(): Promise<void> {
      const start = history.now();
      const answer = await rest.call('GET', '/api/messages/chats', { token });
      const asked = { type: 'list', start, end: history.now(), user: person.id } as const;
      if (answer.outcome !== 'ok') {
        history.add({ ...asked, outcome: answer.outcome, code: answer.code, chats: [] });
        return;
      }
      const chats = (answer.value.chats as { id: string; lastSeq: number; rev: number }[]).map(
        ({ id: chat, lastSeq, rev }) => ({ chat, lastSeq, rev }),
      );
      history.add({ ...asked, outcome: 'ok', chats });
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
          const answer = await askSync({
            person,
            client: `${person.name}:sync`,
            replica,
            history,
            limit,
            call: (body) => rest.call('POST', '/api/sync', { token, body }),
          });
          if (answer.outcome === 'ok') {
            if (answer.value.more !== true) return true;
          } else if (answer.code === 'rate_limited') await pause(1_000 * (answer.retryAfterSeconds ?? 1));
          else return false;
        }
      } finally {
        isAsking = false;
      }
    },
  };
}
