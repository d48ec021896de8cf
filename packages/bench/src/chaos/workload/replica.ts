import type { Body } from '../wire/rest.client.js';

/** A message as a client holds it: what two readers must agree on. */
export interface HeldMessage {
  id: string;
  seq: number;
  rev: number;
  sender: string;
  content: string;
  deleted: boolean;
}

/** How far a member has read and received a chat. */
export interface Watermark {
  readSeq: number;
  deliveredSeq: number;
}

/** A chat as a client holds it. */
export interface HeldChat {
  rev: number;
  messages: Map<string, HeldMessage>;
  /** By user. */
  marks: Map<string, Watermark>;
}

/** What a client holds of everything: the state that resume has to bring up to date. */
export interface Replica {
  readonly chats: ReadonlyMap<string, HeldChat>;
  /** What to ask sync with. */
  question(limit: number): object;
  /** Takes over one answer of sync. */
  applySync(answer: Body): void;
  /** Takes over a live event; false when something before it is missing and sync must be asked. */
  applyLive(event: 'created' | 'updated' | 'deleted', message: Body): boolean;
  /** Takes over a live receipt. A chat that is not held yet comes with its watermarks by sync. */
  applyReceipt(chatId: string, userId: string, mark: Partial<Watermark>): void;
}

/** From the wire to what is compared. */
export function toHeld(message: Body): HeldMessage {
  const { id, seq, rev, sender, content, deletedAt } = message;
  return { id, seq, rev, sender, content, deleted: deletedAt !== undefined };
}

/** A client's state, by the rules that the wire contract gives to clients. */
export function createReplica(): Replica {
  const chats = new Map<string, HeldChat>();
  let epoch: string | undefined;

  function chatOf(chatId: string): HeldChat {
    const held = chats.get(chatId) ?? { rev: 0, messages: new Map(), marks: new Map() };
    chats.set(chatId, held);
    return held;
  }

  function take(chat: HeldChat, message: Body, isHidden: boolean): void {
    // What a live event, or an answer that was read later, has brought already.
    if (message.rev <= chat.rev) return;
    const held = chat.messages.get(message.id);
    if (held !== undefined && held.rev > message.rev) return;
    if (isHidden) chat.messages.delete(message.id);
    else chat.messages.set(message.id, toHeld(message));
  }

  /** Forward only: a live receipt may have overtaken an answer that was read before it. */
  function raise(
    chat: HeldChat,
    userId: string,
    { readSeq = 0, deliveredSeq = 0 }: Partial<Watermark>,
  ): void {
    const held = chat.marks.get(userId) ?? { readSeq: 0, deliveredSeq: 0 };
    chat.marks.set(userId, {
      readSeq: Math.max(held.readSeq, readSeq),
      deliveredSeq: Math.max(held.deliveredSeq, readSeq, deliveredSeq),
    });
  }

  return {
    chats,
    question: (limit) => ({
      chats: Object.fromEntries([...chats].map(([chatId, { rev }]) => [chatId, rev])),
      limit,
      ...(epoch !== undefined && { epoch }),
    }),
    applySync(answer) {
      epoch = answer.epoch;
      for (const part of answer.chats) {
        if (part.gone === true) {
          chats.delete(part.chatId);
          continue;
        }
        if (part.resync === true) chats.delete(part.chatId);
        const chat = chatOf(part.chatId);
        for (const message of part.messages) take(chat, message, message.hidden === true);
        chat.rev = Math.max(chat.rev, part.rev);
        for (const { userId, ...mark } of part.watermarks) raise(chat, userId, mark);
      }
    },
    applyLive(event, message) {
      const chat = chatOf(message.chatId);
      if (message.rev <= chat.rev) return true;
      if (message.rev > chat.rev + 1) return false;
      take(chat, message, event === 'deleted' && message.for === 'me');
      chat.rev = message.rev;
      return true;
    },
    applyReceipt(chatId, userId, mark) {
      const chat = chats.get(chatId);
      if (chat !== undefined) raise(chat, userId, mark);
    },
  };
}
