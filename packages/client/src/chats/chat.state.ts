import type { Chat, Message, User, Watermark } from '@parley/protocol';
import { LOBBY_ID } from '../protocol.types.js';
import { MessageWindow } from './message.window.js';

/** How far one member has read and received. */
export interface Mark {
  readSeq: number;
  deliveredSeq: number;
}

/** What a chat is called before it has an id, with the id of the other person behind it. */
export const DRAFT = 'user:';

/** Hidden messages that are remembered: more than a user hides while a page is on its way. */
const HIDDEN_MAX = 1_000;

/** Everything that is held of one chat. */
export class ChatState {
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
  lastActivity = '';
  /** How far the user has read here, whether or not the server knows yet. */
  wantedReadSeq = 0;
  /** Changes beyond a hole, by revision. */
  readonly waiting = new Map<number, Message>();
  /** Messages that a sync gave as they were later than the revision it reached, so that the change comes once more. */
  readonly ahead = new Map<string, number>();
  /** Ids of messages that the user hid lately, oldest first. */
  private readonly hidden = new Set<string>();
  /** Open timelines: their messages are not let go of. */
  openCount = 0;
  /** The state that stands for this one, when two turned out to be of one chat. */
  mergedInto: ChatState | null = null;

  constructor(
    /** Null as long as nobody has written. */
    public id: string | null,
    /** The other person of a direct chat. */
    public peerId: string | null,
  ) {
    this.isGroup = !peerId;
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
    return this.id ?? DRAFT + this.peerId;
  }

  /** Whom a message to this chat is for. */
  get address(): { chatId: string } | { to: string } {
    return this.id ? { chatId: this.id } : { to: this.peerId! };
  }

  /** The user hid the message: a page that was asked for before may still bring it. */
  noteHidden(messageId: string): void {
    this.hidden.add(messageId);
    if (this.hidden.size > HIDDEN_MAX)
      for (const oldest of this.hidden) return void this.hidden.delete(oldest);
  }

  /** Those of a page that the user has not hidden meanwhile. */
  stillVisible(messages: readonly Message[]): Message[] {
    return messages.filter(({ id }) => !this.hidden.has(id));
  }

  readSeqOf(userId: string): number {
    return this.marks.get(userId)?.readSeq ?? 0;
  }

  /** Drops what is held; the server has to tell of the chat anew. */
  forget(): void {
    // Those of a chat that was not known have come live, and hold.
    if (this.isKnown) this.marks.clear();
    this.rev = -1;
    this.seq = this.lowRev = this.unreadCount = 0;
    this.tail = new MessageWindow(1);
    this.detached.clear();
    this.ahead.clear();
  }

  /** Starts over from what the server says the chat is now; the messages before its last one are yet to be fetched. */
  install(
    { rev, lastSeq, unreadCount, lastActivity, lastMessage }: Chat,
    watermarks: readonly Watermark[],
  ): void {
    this.forget();
    this.rev = this.lowRev = rev;
    this.seq = lastSeq;
    this.wantedReadSeq = Math.min(this.wantedReadSeq, lastSeq);
    this.unreadCount = unreadCount;
    this.lastActivity = lastActivity;
    this.tail = new MessageWindow(lastSeq + 1);
    // It need not be the last seq: those after it are deleted for oneself.
    if (lastMessage) this.tail.prepend({ messages: [lastMessage], hasMore: lastMessage.seq > 1 });
    this.mergeMarks(watermarks);
  }

  /** Lets go of all but the newest messages, unless somebody looks at them. */
  trim(keep: number): void {
    if (this.openCount > 0 || this.tail.messages.length <= keep) return;
    this.tail.trim(keep);
    // What was let go of is fetched again, from where it is known to be.
    this.lowRev = this.rev;
  }

  /** Who is in the chat. */
  describe({
    isGroup,
    groupName,
    participants,
  }: Pick<Chat, 'isGroup' | 'groupName'> & { participants: Pick<User, 'id'>[] }): void {
    this.isGroup = isGroup;
    this.groupName = groupName;
    this.participantIds = participants.map(({ id }) => id);
  }

  /** Watermarks only move forward. True when one did. */
  mergeMarks(watermarks: readonly Watermark[]): boolean {
    let moved = false;
    for (const { userId, ...mark } of watermarks) {
      const held = this.marks.get(userId) ?? { readSeq: 0, deliveredSeq: 0 };
      const readSeq = Math.max(held.readSeq, mark.readSeq);
      const deliveredSeq = Math.max(held.deliveredSeq, mark.deliveredSeq, readSeq);
      if (readSeq + deliveredSeq === held.readSeq + held.deliveredSeq) continue;
      this.marks.set(userId, { readSeq, deliveredSeq });
      moved = true;
    }
    return moved;
  }
}
