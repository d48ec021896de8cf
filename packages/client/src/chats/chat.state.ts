import type { Chat, Message, User, Watermark } from '@parley/protocol';
import { LOBBY_ID } from '../protocol.types.js';
import { MessageWindow } from './message.window.js';

/** How far one member has read and received. */
export interface Mark {
  readSeq: number;
  deliveredSeq: number;
}

/** Everything that is held of one chat. */
export class ChatState {
  /** Null as long as nobody has written. */
  id: string | null;
  /** The other person of a direct chat. */
  peerId: string | null;
  isGroup: boolean;
  groupName: string | null = null;
  participantIds: string[] = [];
  /** The revision up to which everything is applied; -1 for a chat that the server has not told of yet. */
  rev = -1;
  /** The last seq that was applied. */
  seq = 0;
  /** From somewhere in the past to the last message. */
  tail = new MessageWindow(1);
  /** In a room: the revision after which every message that was written is in the tail. */
  lowRev = 0;
  /** Stretches of the past that are being looked at, apart from the tail. */
  readonly detached = new Set<MessageWindow>();
  readonly marks = new Map<string, Mark>();
  unreadCount = 0;
  lastActivity = new Date(0).toISOString();
  /** How far the user has read here, whether or not the server knows yet. */
  wantedReadSeq = 0;
  /** Changes beyond a hole, by revision. */
  readonly waiting = new Map<number, Message>();
  /** Messages that a sync gave as they were later than the revision it reached, so that the change comes once more. */
  readonly ahead = new Map<string, number>();
  /** Open timelines: their messages are not let go of. */
  openCount = 0;
  /** The state that stands for this one, when two turned out to be of one chat. */
  mergedInto: ChatState | null = null;

  private constructor(id: string | null, peerId: string | null) {
    this.id = id;
    this.peerId = peerId;
    this.isGroup = peerId === null;
  }

  /** A chat with a person to whom nobody has written yet. */
  static withPeer(peerId: string): ChatState {
    return new ChatState(null, peerId);
  }

  /** A chat of which nothing is known but the id. */
  static withId(id: string): ChatState {
    return new ChatState(id, null);
  }

  /** The state to use in place of this one. */
  get current(): ChatState {
    return this.mergedInto?.current ?? this;
  }

  get isKnown(): boolean {
    return this.rev >= 0;
  }

  get isRoom(): boolean {
    return this.id === LOBBY_ID;
  }

  /** Where it is kept, and what an application calls it: its id, or `user:<id>` before there is one. */
  get key(): string {
    return this.id ?? draftKey(this.peerId ?? '');
  }

  readSeqOf(userId: string): number {
    return this.marks.get(userId)?.readSeq ?? 0;
  }

  /** Starts over from what the server says the chat is now; the messages before its last one are yet to be fetched. */
  install(chat: Chat, watermarks: readonly Watermark[], userId: string): void {
    this.describe(chat, userId);
    this.rev = chat.rev;
    this.seq = chat.lastSeq;
    this.unreadCount = chat.unreadCount;
    this.lastActivity = chat.lastActivity;
    this.tail = new MessageWindow(chat.lastSeq + 1);
    this.lowRev = chat.rev;
    this.detached.clear();
    this.marks.clear();
    this.ahead.clear();
    if (chat.lastMessage !== null) {
      // A last message that is not the last seq: those after it are deleted for oneself.
      this.tail.prepend({ messages: [chat.lastMessage], hasMore: chat.lastMessage.seq > 1 });
    }
    this.mergeMarks(watermarks);
  }

  /** Who and what the chat is; the other person is found from the participants. */
  describe(
    chat: Pick<Chat, 'id' | 'isGroup' | 'groupName'> & { participants: readonly Pick<User, 'id'>[] },
    userId: string,
  ): void {
    this.id = chat.id;
    this.isGroup = chat.isGroup;
    this.groupName = chat.groupName;
    this.participantIds = chat.participants.map(({ id }) => id);
    this.peerId = chat.isGroup ? null : (this.participantIds.find((id) => id !== userId) ?? null);
  }

  /** Watermarks only move forward. True when one did. */
  mergeMarks(watermarks: readonly Watermark[]): boolean {
    let moved = false;
    for (const { userId, readSeq, deliveredSeq } of watermarks) {
      const held = this.marks.get(userId) ?? { readSeq: 0, deliveredSeq: 0 };
      const next = {
        readSeq: Math.max(held.readSeq, readSeq),
        deliveredSeq: Math.max(held.deliveredSeq, deliveredSeq, readSeq),
      };
      if (next.readSeq === held.readSeq && next.deliveredSeq === held.deliveredSeq) continue;
      this.marks.set(userId, next);
      moved = true;
    }
    return moved;
  }

  /** Drops what is held; the server has to tell of the chat anew. */
  forget(): void {
    this.rev = -1;
    this.seq = 0;
    this.tail = new MessageWindow(1);
    this.lowRev = 0;
    this.detached.clear();
    this.marks.clear();
    this.waiting.clear();
    this.ahead.clear();
    this.unreadCount = 0;
    this.wantedReadSeq = 0;
  }
}

/** What a chat with somebody is called before it has an id. */
export function draftKey(userId: string): string {
  return `user:${userId}`;
}
