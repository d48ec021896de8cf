import type { Message, MessageType } from '@parley/protocol';
import type { ChatState } from '../chats/chat.state.js';
import type { ClientErrorCode } from '../client.error.js';

/** A message on its way, as it is kept in storage. */
export interface StoredEntry {
  clientId: string;
  /** Where it goes to: an id, or `user:<id>` for the chat with a person. */
  chatKey: string;
  content: string;
  messageType: MessageType;
  createdAt: string;
  /** The tab that sends it. */
  owner: string;
  /** Why the server refused it; it is not tried again by itself. */
  failure?: SendFailure | undefined;
}

/** Why a message was not sent. */
export interface SendFailure {
  code: ClientErrorCode;
  /** One sentence for a person. */
  message: string;
}

/** A message on its way. */
export class OutboxEntry {
  attempts = 0;
  /** What the server made of it, until the change log has come to it. */
  acknowledged: Message | undefined;
  resolve!: (message: Message) => void;
  reject!: (error: unknown) => void;
  /** Resolves once the server has it; rejects when it is refused for the first time, or discarded. */
  readonly done = new Promise<Message>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });

  constructor(
    readonly stored: StoredEntry,
    private readonly target: ChatState,
  ) {
    // Whoever does not ask how a send ends is not to be told by an unhandled rejection.
    this.done.catch(() => {});
  }

  get state(): ChatState {
    return this.target.current;
  }

  get isWaiting(): boolean {
    return !this.acknowledged && !this.stored.failure;
  }
}
