import type { Route } from '@parley/protocol';

/** An endpoint of a dialect: as in the table of canonical routes, under the dialect's own heading in the documents. */
export type DialectRoute = Omit<Route, 'tag'> & { tag: 'Classic' | 'Colon' | 'Sidebar' };
