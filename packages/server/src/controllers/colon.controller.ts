import { ParleyError } from '@parley/protocol';
import { presentColonMessage } from '../dialects/colon/colon.presenter.js';
import type { colonRoutes } from '../dialects/colon/colon.schema.js';
import type { Actor } from '../services/actor.js';
import type { MessagePage, PageQuery, Services } from '../services/contracts.js';
import type { Handlers } from './handler.js';
import { originOf } from './messages.controller.js';
import { setSkipPage } from './page.links.js';

/** The colon dialect, where it differs from the canonical one. */
export function createColonController({
  messages,
}: Pick<Services, 'messages'>): Handlers<typeof colonRoutes> {
  /** The id of a chat and the id of a user have the same form; a chat that one may not read is no chat. */
  async function pageOf(actor: Actor, id: string, query: PageQuery): Promise<MessagePage> {
    try {
      return await messages.pageOfChat(actor, id, query);
    } catch (error) {
      if (!(error instanceof ParleyError) || error.code !== 'chat_not_found') throw error;
      return messages.pageWithUser(actor, id, query);
    }
  }

  return {
    async sendMessage({ body }, { actor }) {
      const input = { to: body.to, content: body.text, messageType: 'text' as const };
      const origin = {
        ...originOf(actor),
        ...(body.tempId === undefined ? {} : { tempId: String(body.tempId) }),
      };
      const { view } = await messages.send(actor, input, origin);
      return presentColonMessage(view, actor.userId);
    },
    async listMessages({ params, query }, context) {
      const page = await pageOf(context.actor, params.id, query);
      setSkipPage(context, { ...query, total: page.total });
      return page.messages.map((view) => presentColonMessage(view, context.actor.userId));
    },
  };
}
