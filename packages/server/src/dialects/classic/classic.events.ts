import { canonicalDialect } from '../canonical.events.js';
import type { SocketDialect } from '../socket.dialect.js';
import { presentClassicMessage } from './classic.presenter.js';

/**
 * The classic document: "notify sender and recipient both", so a message goes to every connection of both, the
 * sending one included. It names no other event.
 */
export const classicDialect: SocketDialect = {
  ...canonicalDialect,
  name: 'classic',
  knows: ({ kind }) => kind === 'direct',
  echoesToSender: true,
  newMessage: (view, viewerId) => ['new_message', presentClassicMessage(view, viewerId)],
};
