import type { routes } from '@parley/protocol';
import { presentChat, presentMessage, presentSync } from '../dialects/canonical.presenter.js';
import type { Actor } from '../services/actor.js';
import type { Services } from '../services/contracts.js';
import type { Handlers } from './handler.js';

type MessageRoutes = Pick<
  typeof routes,
  | 'sendMessage'
  | 'getConversation'
  | 'listChats'
  | 'searchMessages'
  | 'markRead'
  | 'editMessage'
  | 'deleteMessage'
  | 'sync'
>;

/** Where an action over REST comes from: a session without a connection. */
export function originOf(actor: Actor): { sessionId: string } {
  return { sessionId: actor.sessionId };
}

/** Messages, chats, receipts and sync. */
export function createMessagesController(services: Services): Handlers<MessageRoutes> {
  const { messages, chats, receipts, sync } = services;
  return {
    async sendMessage({ body }, { actor, setStatus }) {
      const { view, replay } = await messages.send(actor, body, originOf(actor));
      if (replay) setStatus(200);
      return { message: presentMessage(view, actor.userId) };
    },

    async getConversation({ params, query }, { actor }) {
      const page = await messages.pageWithUser(actor, params.userId, query);
      return {
        messages: page.messages.map((view) => presentMessage(view, actor.userId)),
        chatId: page.chat?.id ?? null,
        hasMore: page.hasMore,
        nextCursor: page.nextCursor,
      };
    },

    async listChats({ query }, { actor }) {
      const { chats: views, nextCursor } = await chats.list(actor, query);
      return {
        chats: views.map((view) => presentChat(view, actor.userId)),
        ...(nextCursor === undefined ? {} : { nextCursor }),
      };
    },

    async searchMessages({ query: { before, after, ...query } }, { actor }) {
      const found = await messages.search(actor, {
        ...query,
        before: before === undefined ? undefined : new Date(before),
        after: after === undefined ? undefined : new Date(after),
      });
      return { messages: found.map((view) => presentMessage(view, actor.userId)) };
    },

    markRead: ({ body }, { actor }) => receipts.markRead(actor, body),

    async editMessage({ params, body }, { actor }) {
      const view = await messages.edit(actor, params.id, body.content, originOf(actor));
      return { message: presentMessage(view, actor.userId) };
    },

    async deleteMessage({ params, query }, { actor }) {
      const view = await messages.remove(actor, params.id, query.for, originOf(actor));
      return { message: presentMessage(view, actor.userId) };
    },

    sync: async ({ body }, { actor }) => presentSync(await sync.sync(actor, body), actor.userId),
  };
}
