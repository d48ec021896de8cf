/** What is to be stored. */
export interface SeedOrder {
  /** Messages that there shall be in the end; those that are there are left. */
  stored: number;
  chats: number;
  /** The first is the reader: in the first `chatsOfReader` chats, each with one of the others. */
  userIds: readonly string[];
  chatsOfReader: number;
}

/** What was stored: of the reader's chats, in the order of the other members. */
export interface SeedAnswer {
  chats: { id: string; lastSeq: number }[];
}

/** Share of all messages that are in the first chat; the others share the rest evenly. */
export const LARGEST_CHAT_SHARE = 0.1;
