import { canonicalDialect } from './canonical.events.js';
import { classicDialect } from './classic/classic.events.js';
import { colonDialect } from './colon/colon.events.js';
import { sidebarDialect } from './sidebar/sidebar.events.js';
import type { SocketDialect, SocketDialectName } from './socket.dialect.js';

/** Every dialect that Socket.IO connections may speak. */
export const socketDialects: Readonly<Record<SocketDialectName, SocketDialect>> = {
  canonical: canonicalDialect,
  classic: classicDialect,
  colon: colonDialect,
  sidebar: sidebarDialect,
};
