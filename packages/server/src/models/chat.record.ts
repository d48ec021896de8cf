/** `direct`: two people; `group`: named members; `room`: everyone, without a list of members (the lobby). */
export type ChatKind = 'direct' | 'group' | 'room';

/** Who a chat concerns: all that authorisation and delivery need. */
export interface ChatRef {
  id: string;
  kind: ChatKind;
  /** User ids; empty for a room. */
  participants: readonly string[];
}

/** A chat as stored. `rev`, `lastSeq` and `lastActivity` trail the messages by a moment: the messages are the truth. */
export interface ChatRecord extends ChatRef {
  name: string | null;
  lastSeq: number;
  rev: number;
  lastActivity: Date;
  createdAt: Date;
}

/** How far one member is in one chat. Absent in storage means zero. */
export interface MembershipRecord {
  /** Its id in storage, where it is known to be there: a write by it costs the engine half of one by chat and user. */
  id?: string;
  chatId: string;
  userId: string;
  readSeq: number;
  deliveredSeq: number;
  /** When `readSeq` last moved. */
  readAt: Date | null;
}
