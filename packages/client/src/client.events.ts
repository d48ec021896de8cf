import type { LocalMessage } from './chats/local.message.js';
import type { ParleyClientError } from './client.error.js';
import type { Presence } from './users/user.book.js';

/** A change of a message. Each one is told once, in order, whether it came live or by catching up. */
export interface MessageEvent {
  chatId: string;
  /** The revision of the chat that the message now has. */
  rev: number;
  message: LocalMessage;
}

/** What a client tells its application, by name. */
export interface ClientEventMap {
  /** A new message, of others or of one's own, in the order of its chat. */
  message: MessageEvent;
  /** A message was edited. */
  message_updated: MessageEvent;
  /** A message was deleted for everybody, or hidden by the user (`message.hidden`). */
  message_deleted: MessageEvent;
  /** A chat is there that was not. */
  chat_added: { chatId: string };
  /** The user is no longer in a chat. */
  chat_removed: { chatId: string };
  /** A chat was away for too long to tell its changes one by one: it starts over from its newest messages. */
  chat_reset: { chatId: string };
  /** A member has received a chat up to `deliveredSeq`, and read it up to `readSeq`. */
  receipt: { chatId: string; userId: string; readSeq: number; deliveredSeq: number };
  typing: { chatId: string; userId: string; isTyping: boolean };
  presence: { userId: string } & Presence;
  /** The server refused a message. */
  send_failed: { message: LocalMessage };
  /** The session ended elsewhere: `code` is the server's reason. Not told after `account.logout`. */
  signed_out: { code: string };
  /** Something in the background went wrong, such as a storage that cannot be written. The client goes on. */
  error: { error: ParleyClientError | unknown };
}
