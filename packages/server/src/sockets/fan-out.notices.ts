import { socketDialects } from '../dialects/dialect.table.js';
import type { DomainEvents } from '../events/domain.events.js';
import { createAdmissionGate } from '../services/admission.gate.js';
import type { FanOutParts } from './fan-out.messages.js';
import { chatRoom, userRoom, watchRoom } from './rooms.js';

const dialects = Object.values(socketDialects);

/**
 * Users whose contacts are looked up at once. When everybody comes back together, who is told of it can wait; what
 * they ask for cannot.
 */
const LOOKUPS_AT_ONCE = 64;

/** Brings receipts, typing and presence to those whom they concern. */
export function fanOutNotices(parts: FanOutParts): () => void {
  const { context, rooms, queue } = parts;
  const { bus, services, limits } = context;
  const lookups = createAdmissionGate({
    atOnce: LOOKUPS_AT_ONCE,
    waitingMax: Number.POSITIVE_INFINITY,
    waitMs: Number.POSITIVE_INFINITY,
  });

  function onReceipt(event: DomainEvents['receipt.advanced']): void {
    const { chat, userId, read } = event;
    const others = chat.participants.filter((member) => member !== userId);
    // A reader's other devices clear their counters; in a room nobody else is told.
    const audience = read ? [...others, userId] : others;
    queue.runReady(chat.id, () => {
      for (const dialect of dialects) {
        if (!dialect.knows(chat)) continue;
        rooms.send(
          audience.map((member) => userRoom(member, dialect.name)),
          () => (read ? dialect.messageRead(event) : dialect.messageDelivered(event)),
        );
      }
    });
  }

  function onTyping(event: DomainEvents['typing.changed']): void {
    const { chat, userId } = event;
    for (const dialect of dialects) {
      if (!dialect.knows(chat)) continue;
      const audience =
        chat.kind === 'room'
          ? dialect.name === 'canonical'
            ? [chatRoom(chat.id)]
            : []
          : chat.participants
              .filter((member) => member !== userId)
              .map((member) => userRoom(member, dialect.name));
      // "Stopped" is worth keeping: whoever missed "types" ignores it, whoever saw it is spared the wait.
      rooms.send(audience, () => dialect.typing(event), {
        except: [userRoom(userId, dialect.name)],
        isVolatile: event.isTyping,
      });
    }
  }

  function onPresence(event: DomainEvents['presence.changed']): void {
    const { userId, wasOnline, isOnline } = event;
    const present = wasOnline === isOnline ? 'userStatusChanged' : isOnline ? 'userOnline' : 'userOffline';
    queue.run(
      `presence:${userId}`,
      // Whoever watches is told in any case.
      () => lookups.run(() => services.chats.contactsOf(userId, limits.presenceAudienceMax)).catch(() => []),
      (contacts) => {
        for (const dialect of dialects) {
          const packet = dialect[present](event);
          if (packet === null) continue;
          const audience = [
            watchRoom(userId, dialect.name),
            ...contacts.map((contact) => userRoom(contact, dialect.name)),
          ];
          rooms.send(audience, () => packet, { except: [userRoom(userId, dialect.name)] });
        }
      },
    );
  }

  const unsubscribes = [
    bus.subscribe('receipt.advanced', onReceipt),
    bus.subscribe('typing.changed', onTyping),
    bus.subscribe('presence.changed', onPresence),
  ];
  return () => {
    for (const unsubscribe of unsubscribes) unsubscribe();
  };
}
