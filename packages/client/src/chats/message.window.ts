import type { Message } from '@parley/protocol';

/** A page of history, ascending. */
export interface HistoryPage {
  messages: readonly Message[];
  /** Whether there is more beyond it, in the direction that was asked for. */
  hasMore: boolean;
  /** The seq from which on nothing is missing, where that is not the first message's. */
  low?: number;
}

/**
 * A stretch of a chat without holes: every visible message from `low` to `high`. Seqs between them that are missing
 * belong to messages that the user deleted for oneself.
 */
export class MessageWindow {
  messages: Message[] = [];

  /** Empty, between the seq before `low` and the one after it. Nothing is missing from `low` to `high`. */
  constructor(
    public low: number,
    public high = low - 1,
  ) {}

  get hasOlder(): boolean {
    return this.low > 1;
  }

  /** Puts a message where it belongs, or in the place of an older version of it. */
  put(message: Message): void {
    const index = this.indexOf(message.seq);
    const held = this.messages[index];
    const isHeld = held?.seq === message.seq;
    if (isHeld && held.rev > message.rev) return;
    this.messages.splice(index, isHeld ? 1 : 0, ...(message.hidden ? [] : [message]));
  }

  /** The next message of the chat, as it comes. */
  append(message: Message): void {
    this.put(message);
    this.high = message.seq;
  }

  /** A page that ends right before `low`. */
  prepend({ messages, hasMore, low = messages[0]?.seq ?? this.low }: HistoryPage): void {
    for (const message of messages) this.put(message);
    this.low = hasMore ? Math.min(this.low, low) : 1;
  }

  /** Changes a message that is in here. */
  update(message: Message): void {
    if (this.messages[this.indexOf(message.seq)]?.seq === message.seq) this.put(message);
  }

  /** Lets go of all but the newest messages. */
  trim(keep: number): void {
    if (this.messages.length <= keep) return;
    this.messages = this.messages.slice(-keep);
    this.low = this.messages[0]!.seq;
  }

  /** Where the seq stands, or would; looked for from the end, where most of them belong. */
  private indexOf(seq: number): number {
    return this.messages.findLastIndex((message) => message.seq < seq) + 1;
  }
}
