import { presentOwnUser, presentUser } from '../dialects/canonical.presenter.js';
import { presentClassicMessage } from '../dialects/classic/classic.presenter.js';
import type { classicRoutes } from '../dialects/classic/classic.schema.js';
import { presentClassicConversation } from '../dialects/classic/classic-conversation.presenter.js';
import type { Services } from '../services/contracts.js';
import { viewOwn } from './accounts.controller.js';
import type { Handlers, RequestContext } from './handler.js';
import { originOf } from './messages.controller.js';
import { setOlderPage, setPageLinks, setSkipPage } from './page.links.js';

/** The classic dialect. */
export function createClassicController(services: Services): Handlers<typeof classicRoutes> {
  const { accounts, directory, messages, chats, presence } = services;
  /** Marks the session, so that its sockets get the events of this dialect. */
  const deviceOf = ({ device }: RequestContext) => ({ ...device, dialect: 'classic' as const });
  return {
    async register({ body }, context) {
      const signedIn = await accounts.register(body, deviceOf(context));
      context.signIn(signedIn);
      return { token: signedIn.token, user: presentOwnUser(viewOwn(signedIn.user, presence)) };
    },
    async login({ body }, context) {
      const signedIn = await accounts.login(body, deviceOf(context));
      context.signIn(signedIn);
      return { token: signedIn.token, user: presentOwnUser(viewOwn(signedIn.user, presence)) };
    },
    async logout({ body }, context) {
      await accounts.logout(context.actor, body);
      context.signOut();
      return { message: 'Logged out' };
    },
    async listUsers({ query }, context) {
      const { users, total } = await directory.list(context.actor, query);
      setSkipPage(context, { ...query, total });
      return users.map(presentUser);
    },
    async listConversations({ query }, context) {
      const { chats: views, nextCursor } = await chats.list(context.actor, query);
      setPageLinks(context, {
        next: nextCursor === undefined ? undefined : { limit: query.limit, cursor: nextCursor },
      });
      return views.map((view) => presentClassicConversation(view, context.actor.userId));
    },
    async listMessages({ params, query }, context) {
      const page = await messages.pageOfChat(context.actor, params.conversationId, query);
      setOlderPage(context, { limit: query.limit, hasMore: page.hasMore, before: page.nextCursor });
      return page.messages.map((view) => presentClassicMessage(view, context.actor.userId));
    },
    async sendMessage({ body }, { actor }) {
      const input = { to: body.recipientId, content: body.text, messageType: 'text' as const };
      const { view } = await messages.send(actor, input, originOf(actor));
      return presentClassicMessage(view, actor.userId);
    },
  };
}
