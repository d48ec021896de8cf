import type { PresenceStatus } from '@parley/protocol';
import type { ChatRef } from '../models/chat.record.js';
import type { MessageRecord } from '../models/message.record.js';

/**
 * What happened, in the past tense. Published once per happening, after it is durable (typing and presence are not
 * stored). Payloads are plain data, so that a bus over Redis can carry them; listeners must not change them.
 */
export interface DomainEvents {
  'message.created': { message: MessageRecord; chat: ChatRef; origin?: EventOrigin };
  'message.edited': { message: MessageRecord; chat: ChatRef; origin?: EventOrigin };
  /** Deleted for everyone: `message` is the tombstone. */
  'message.deleted': { message: MessageRecord; chat: ChatRef; origin?: EventOrigin };
  /** Hidden by one member from oneself. */
  'message.hidden': { message: MessageRecord; chat: ChatRef; userId: string; origin?: EventOrigin };
  /** A watermark moved forward. `readSeq` and `deliveredSeq` are the new values, `read` whether reading moved. */
  'receipt.advanced': {
    chat: ChatRef;
    userId: string;
    readSeq: number;
    deliveredSeq: number;
    read: boolean;
    /** The message at `readSeq`, when the caller named it. */
    messageId: string | null;
    at: Date;
  };
  'typing.changed': { chat: ChatRef; userId: string; isTyping: boolean; at: Date; origin?: EventOrigin };
  /** Sessions that are refused from now on. */
  'session.revoked': { userId: string; sessionIds: string[]; reason: string };
  'user.registered': { userId: string };
  'user.updated': { userId: string };
  /** `wasOnline` and `isOnline` tell coming and going from a mere change of status. */
  'presence.changed': {
    userId: string;
    username: string;
    status: PresenceStatus;
    lastSeen: Date | null;
    wasOnline: boolean;
    isOnline: boolean;
  };
}

/** Where an action came from: the connection that must not get its own echo, and the key it knows the message by. */
export interface EventOrigin {
  connectionId?: string;
  /** The session of a REST call, for dialects whose pages show the answer and would show its echo beside it. */
  sessionId?: string;
  /** A dialect's correlation id, echoed to the sender, never stored. */
  tempId?: string;
}

export type DomainEventName = keyof DomainEvents;
export type DomainEventListener<N extends DomainEventName> = (event: DomainEvents[N]) => void;

/** The one channel between services and edges. The in-process bus can be replaced by one over Redis. */
export interface DomainEventBus {
  /** Delivers to every listener; never throws, a failing listener does not stop the others. */
  publish<N extends DomainEventName>(name: N, event: DomainEvents[N]): void;
  /** Returns the call that ends the subscription. */
  subscribe<N extends DomainEventName>(name: N, listener: DomainEventListener<N>): () => void;
  close(): Promise<void>;
}
