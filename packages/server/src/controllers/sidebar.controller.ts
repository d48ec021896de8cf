import { presentSidebarMessage } from '../dialects/sidebar/sidebar.presenter.js';
import type { sidebarRoutes } from '../dialects/sidebar/sidebar.schema.js';
import { presentSidebarUser } from '../dialects/sidebar/sidebar-user.presenter.js';
import type { Services } from '../services/contracts.js';
import type { Handlers } from './handler.js';
import { originOf } from './messages.controller.js';
import { setOlderPage, setSkipPage } from './page.links.js';

/** The sidebar dialect. */
export function createSidebarController(services: Services): Handlers<typeof sidebarRoutes> {
  const { accounts, directory, messages } = services;
  return {
    async signup({ body }, context) {
      const { gender, ...rest } = body;
      const signedIn = await accounts.register(
        { ...rest, ...(gender === undefined ? {} : { gender }) },
        context.device,
      );
      context.signIn(signedIn);
      return presentSidebarUser(signedIn.user);
    },
    async login({ body }, context) {
      const signedIn = await accounts.login(body, context.device);
      context.signIn(signedIn);
      return presentSidebarUser(signedIn.user);
    },
    async logout(_, context) {
      const actor = await context.findActor();
      if (actor !== undefined) await accounts.logout(actor, { all: false });
      context.signOut();
      return { message: 'Logged out successfully' };
    },
    async listUsers({ query }, context) {
      const { users, total } = await directory.list(context.actor, query);
      setSkipPage(context, { ...query, total });
      return users.map(({ user }) => presentSidebarUser(user));
    },
    async listMessages({ params, query }, context) {
      const page = await messages.pageWithUser(context.actor, params.userId, query);
      setOlderPage(context, { limit: query.limit, hasMore: page.hasMore, before: page.nextCursor });
      return page.messages.map((view) => presentSidebarMessage(view, context.actor.userId));
    },
    async sendMessage({ params, body }, { actor }) {
      const input = { to: params.userId, content: body.message, messageType: 'text' as const };
      const { view } = await messages.send(actor, input, originOf(actor));
      return presentSidebarMessage(view, actor.userId);
    },
  };
}
