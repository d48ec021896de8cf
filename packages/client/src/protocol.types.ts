import type {
  ClientEventName,
  ClientEventResult,
  clientEvents,
  LOBBY_CHAT_ID,
  RouteName,
  RouteResult,
  routes,
} from '@parley/protocol';
import type { CallableRoute } from './route.table.js';

/** What a zod schema accepts, before its defaults are filled in; spelled so that zod itself is not needed. */
type InputOf<S> = S extends { _zod: { input: infer I } } ? I : undefined;
type OutputOf<S> = S extends { _zod: { output: infer O } } ? O : undefined;
type Schema<N extends RouteName, P extends string> =
  (typeof routes)[N] extends Record<P, infer S> ? S : undefined;

/** The parts of a query that have a default, or may be absent, are optional. */
type QueryOf<S, I = InputOf<S>, O = OutputOf<S>> = {
  [K in keyof O & keyof I as undefined extends I[K] ? never : K]: O[K];
} & { [K in keyof O & keyof I as undefined extends I[K] ? K : never]?: O[K] | undefined };

/** The query of a route, as a caller gives it. */
export type RouteQuery<N extends RouteName> = QueryOf<Schema<N, 'query'>>;
/** The body of a route, as a caller gives it. */
export type RouteBody<N extends RouteName> = InputOf<Schema<N, 'body'>>;

/** The arguments of one REST call. */
export interface RouteArgs<N extends RouteName> {
  params?: OutputOf<Schema<N, 'params'>>;
  query?: RouteQuery<N>;
  body?: RouteBody<N>;
}

/** Calls one REST endpoint of the protocol. */
export type CallRoute = <N extends CallableRoute>(name: N, args?: RouteArgs<N>) => Promise<RouteResult<N>>;

/** The payload of a client event, as a caller gives it. */
export type EventInput<N extends ClientEventName> = InputOf<(typeof clientEvents)[N]['payload']>;

/** Emits one client event and gives what its ack carries. */
export type EmitEvent = <N extends ClientEventName>(
  name: N,
  payload: EventInput<N>,
) => Promise<ClientEventResult<N>>;

/** The chat id of the lobby, the one public room that every user is in. */
export const LOBBY_ID: typeof LOBBY_CHAT_ID = '000000000000000000000001';
