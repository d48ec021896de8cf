import { LOBBY_CHAT_ID, type SyncInput } from '@parley/protocol';
import type { ChatRef, MembershipRecord } from '../models/chat.record.js';
import type { ChatStore } from '../models/chat.store.js';
import type { MembershipStore } from '../models/membership.store.js';
import type { MessageReader } from '../models/message.reader.js';
import type { MessageStore } from '../models/message.store.js';
import type { Actor } from './actor.js';
import type { ChatDirectory } from './chat.directory.js';
import type { ChatViewer } from './chat.service.js';
import type { ReceiptService, SyncChatView, SyncService } from './contracts.js';
import { viewMessage } from './message.views.js';

/** Chats of one user that a sync looks at: as many as a client may name. */
const CHATS_MAX = 2_000;

export interface SyncServiceDeps {
  chats: ChatDirectory;
  viewer: ChatViewer;
  chatStore: ChatStore;
  memberships: MembershipStore;
  reader: MessageReader;
  store: Pick<MessageStore, 'applyPending'>;
  receipts: Pick<ReceiptService, 'noteDelivered'>;
  /** Random id of the database, made once: revisions of another one mean nothing here. */
  epoch: string;
}

/**
 * What changed while a client was away. Where each chat stands is read from the log itself, never from a chat's own
 * document, so an answer is complete up to the moment of the call or says `more`.
 */
export function createSyncService(deps: SyncServiceDeps): SyncService {
  const { chats, viewer, chatStore, memberships, reader, store, receipts, epoch } = deps;

  /** Every chat of the user, then those that only the client knows of. */
  async function findChats(actor: Actor, known: ReadonlyMap<string, number>) {
    const own = (await chatStore.headsOf(actor.userId, CHATS_MAX)).map(({ id }) => id);
    const ids = [...new Set([...known.keys(), ...own, LOBBY_CHAT_ID])];
    return { ids, refs: await chats.memberOf(actor, ids) };
  }

  async function stretch(
    chat: ChatRef,
    knownRev: number,
    headRev: number,
    limit: number,
    actor: Actor,
    marks: readonly MembershipRecord[],
  ) {
    if (knownRev >= headRev || limit === 0)
      return { messages: [], rev: Math.min(knownRev, headRev), more: knownRev < headRev };
    const changed = await reader.changesAfter(chat.id, knownRev, limit);
    const received = changed.messages.filter(({ sender }) => sender !== actor.userId).map(({ seq }) => seq);
    if (received.length > 0) receipts.noteDelivered(chat, actor.userId, Math.max(...received));
    return {
      ...changed,
      // With those that the reader has hidden, marked so: the client may have got them live since it asked.
      messages: changed.messages.map((message) => viewMessage(message, chat, marks, actor.userId)),
    };
  }

  return {
    async sync(actor: Actor, input: SyncInput) {
      const known = new Map(Object.entries(input.chats));
      const isOtherDatabase = input.epoch !== undefined && input.epoch !== epoch;
      const { ids, refs } = await findChats(actor, known);
      const memberIds = [...refs.keys()];
      // A change whose entry is on disk is complete before anyone is told of its revision.
      await store.applyPending(memberIds);
      const [revs, marks] = await Promise.all([reader.revs(memberIds), readMarks(actor, [...refs.values()])]);

      const answers: SyncChatView[] = [];
      const unknown: SyncChatView[] = [];
      let left = input.limit;
      for (const chatId of ids) {
        const chat = refs.get(chatId);
        if (chat === undefined) {
          answers.push({ chatId, rev: 0, more: false, gone: true, messages: [], watermarks: [] });
          continue;
        }
        const headRev = revs.get(chatId) ?? 0;
        const named = known.get(chatId);
        const resync = named !== undefined && (isOtherDatabase || named > headRev);
        const from = resync ? 0 : (named ?? 0);
        // An empty chat that the client does not know of, such as a lobby where nobody has spoken, is no news.
        if (named === undefined && headRev === 0) continue;
        const ofChat = marks.get(chatId) ?? [];
        const part = await stretch(chat, from, headRev, left, actor, ofChat);
        left -= Math.min(left, part.messages.length);
        const watermarks = ofChat.map(({ userId, readSeq, deliveredSeq }) => ({
          userId,
          readSeq,
          deliveredSeq,
        }));
        const answer: SyncChatView = { chatId, ...part, watermarks, ...(resync && { resync }) };
        answers.push(answer);
        if (named === undefined) unknown.push(answer);
      }
      await addChatViews(actor, unknown);
      return { epoch, chats: answers, more: answers.some(({ more }) => more) };
    },
  };

  async function readMarks(actor: Actor, refs: readonly ChatRef[]): Promise<Map<string, MembershipRecord[]>> {
    const members = refs.filter(({ kind }) => kind !== 'room').map(({ id }) => id);
    const rooms = refs.filter(({ kind }) => kind === 'room').map(({ id }) => id);
    const [ofAll, ofUser] = await Promise.all([
      memberships.ofChats(members),
      memberships.ofUser(actor.userId, rooms),
    ]);
    const byChat = new Map<string, MembershipRecord[]>();
    for (const mark of [...ofAll, ...ofUser])
      byChat.set(mark.chatId, [...(byChat.get(mark.chatId) ?? []), mark]);
    return byChat;
  }

  async function addChatViews(actor: Actor, answers: readonly SyncChatView[]): Promise<void> {
    const records = await chatStore.findMany(answers.map(({ chatId }) => chatId));
    const views = await viewer.view(actor.userId, records);
    const byId = new Map(views.map((view) => [view.chat.id, view]));
    for (const answer of answers) {
      const view = byId.get(answer.chatId);
      if (view !== undefined) answer.chat = view;
    }
  }
}
