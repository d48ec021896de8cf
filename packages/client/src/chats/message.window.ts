import type { Message } from '@parley/protocol';

/** A page of history, ascending. */
export interface HistoryPage {
  messages: readonly Message[];
  /** Whether there is more beyond it, in the direction that was asked for. */
  hasMore: boolean;
}

/**
 * A stretch of a chat without holes: every visible message from `low` to `high`. Seqs between them that are missing
 * belong to messages that the user deleted for oneself.
 */
export class MessageWindow {
  private list: Message[] = [];
  /** Nothing is missing from this seq on. */
  low: number;
  /** Nothing is missing up to this seq. */
  high: number;

  /** Empty, between the seq before `low` and the one after it. */
  constructor(low: number, high = low - 1) {
    this.low = low;
    this.high = high;
  }

  get messages(): readonly Message[] {
    return this.list;
  }

  get hasOlder(): boolean {
    return this.low > 1;
  }

  /** Puts a message where it belongs, or in the place of an older version of it. False when nothing changed. */
  put(message: Message): boolean {
    const index = this.indexOf(message.seq);
    const held = this.list[index];
    if (held?.seq !== message.seq) {
      if (message.hidden === true) return false;
      this.list.splice(index, 0, message);
      return true;
    }
    if (held.rev > message.rev) return false;
    if (message.hidden === true) this.list.splice(index, 1);
    else this.list[index] = message;
    return true;
  }

  /** The next message of the chat, as it comes. */
  append(message: Message): void {
    this.put(message);
    this.high = Math.max(this.high, message.seq);
  }

  /** A page that ends right before `low`. */
  prepend({ messages, hasMore }: HistoryPage): void {
    for (const message of messages) this.put(message);
    this.low = hasMore ? Math.min(this.low, messages[0]?.seq ?? this.low) : 1;
  }

  /** A page that begins right after `high`; `end` is the last seq of the chat, where it has no more. */
  extend({ messages, hasMore }: HistoryPage, end: number): void {
    for (const message of messages) this.put(message);
    this.high = hasMore ? Math.max(this.high, messages.at(-1)?.seq ?? this.high) : end;
  }

  /** Changes a message that is in here. False when it is not. */
  update(message: Message): boolean {
    return this.list[this.indexOf(message.seq)]?.seq === message.seq && this.put(message);
  }

  find(seq: number): Message | undefined {
    const found = this.list[this.indexOf(seq)];
    return found?.seq === seq ? found : undefined;
  }

  /** Lets go of all but the newest messages. */
  trim(keep: number): void {
    if (this.list.length <= keep) return;
    this.list = this.list.slice(-keep);
    this.low = this.list[0]?.seq ?? this.high + 1;
  }

  /** Where the seq stands, or would. */
  private indexOf(seq: number): number {
    let from = 0;
    let to = this.list.length;
    // Most come at the end.
    if ((this.list[to - 1]?.seq ?? 0) < seq) return to;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.list[middle]?.seq ?? 0) < seq) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
