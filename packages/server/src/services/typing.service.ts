import { limits } from '@parley/protocol';
import type { DomainEventBus } from '../events/domain.events.js';
import type { ChatRef } from '../models/chat.record.js';
import type { Actor } from './actor.js';
import type { ChatService, TypingService } from './contracts.js';

/** What typing notices need. */
export interface TypingOptions {
  bus: DomainEventBus;
  chats: Pick<ChatService, 'get' | 'findDirect'>;
  /** Milliseconds after which a notice ends by itself; `typingExpiryMs` by default. */
  expiryMs?: number;
  now?: () => number;
}

interface Typist {
  chat: ChatRef;
  actor: Actor;
  /** When the others were told last. */
  toldAt: number;
  end: NodeJS.Timeout;
}

/**
 * Who types where, for the moment. Clients repeat "I type" with every key: the others are told again only after a
 * third of the time in which a notice ends by itself, and the chat is looked up once per spell of typing.
 */
export function createTypingService(options: TypingOptions): TypingService {
  const { bus, chats, expiryMs = limits.typingExpiryMs, now = Date.now } = options;
  const typists = new Map<string, Typist>();

  async function findChat(
    actor: Actor,
    target: { to?: string | undefined; chatId?: string | undefined },
  ): Promise<ChatRef | null> {
    if (target.chatId !== undefined) return chats.get(actor, target.chatId);
    return target.to === undefined ? null : chats.findDirect(actor, target.to);
  }

  function publish({ chat, actor }: Typist, isTyping: boolean): void {
    const origin = actor.connectionId === undefined ? {} : { origin: { connectionId: actor.connectionId } };
    bus.publish('typing.changed', {
      chat: refOf(chat),
      userId: actor.userId,
      isTyping,
      at: new Date(now()),
      ...origin,
    });
  }

  function stop(key: string): void {
    const typist = typists.get(key);
    if (typist === undefined) return;
    clearTimeout(typist.end);
    typists.delete(key);
    publish(typist, false);
  }

  function expireLater(key: string): NodeJS.Timeout {
    const timer = setTimeout(() => stop(key), expiryMs);
    timer.unref();
    return timer;
  }

  return {
    async set(actor, target, isTyping) {
      const key = `${actor.userId}:${target.chatId ?? target.to ?? ''}`;
      if (!isTyping) {
        stop(key);
        return;
      }
      const known = typists.get(key);
      if (known !== undefined) {
        known.end.refresh();
        if (now() - known.toldAt < expiryMs / 3) return;
        known.toldAt = now();
        publish(known, true);
        return;
      }
      const chat = await findChat(actor, target);
      // Nobody has written yet: there is no chat to show it in.
      if (chat === null) return;
      const former = typists.get(key);
      if (former !== undefined) clearTimeout(former.end);
      const typist = { chat, actor, toldAt: now(), end: expireLater(key) };
      typists.set(key, typist);
      if (former === undefined) publish(typist, true);
    },

    close() {
      for (const { end } of typists.values()) clearTimeout(end);
      typists.clear();
    },
  };
}

function refOf({ id, kind, participants }: ChatRef): ChatRef {
  return { id, kind, participants };
}
