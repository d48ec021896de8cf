import type { Route } from '@parley/protocol';

/** An endpoint as the documents show it; the tables of all dialects fit. */
export type DocumentedRoute = Omit<Route, 'tag'> & { tag: string };

/** The endpoints of one table, by name. */
export type RouteTable = Readonly<Record<string, DocumentedRoute>>;

/** All tables that the documents are made of. */
export interface RouteTables {
  canonical: RouteTable;
  classic: RouteTable;
  colon: RouteTable;
  sidebar: RouteTable;
}
