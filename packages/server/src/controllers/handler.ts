import type { Route } from '@parley/protocol';
import type { z } from 'zod';
import type { Actor } from '../services/actor.js';
import type { Device, IssuedTokens } from '../services/contracts.js';

/** An endpoint of any dialect, as its table has it. */
export type RouteSpec = Omit<Route, 'tag'> & { tag: string };

type Part<R, P extends string> = R extends Record<P, infer S extends z.ZodType> ? z.output<S> : undefined;

/** The parts of a request, validated. */
export interface Input<R> {
  params: Part<R, 'params'>;
  query: Part<R, 'query'>;
  body: Part<R, 'body'>;
}

/** The rest of a request and of its answer, as far as handlers may know of it. */
export interface RequestContext {
  device: Device;
  /** Path of the request without its query. */
  path: string;
  /** Another status than the one in the table. */
  setStatus(status: number): void;
  setHeader(name: string, value: string): void;
  /** Sets the cookies. */
  signIn(tokens: IssuedTokens): void;
  /** Clears the cookies. */
  signOut(): void;
  /** Throws `origin_not_allowed` when a foreign page had the browser send it. */
  refreshCookie(): string | undefined;
  /** Who asks, on routes that can do without. */
  findActor(): Promise<Actor | undefined>;
}

/** The context on routes that need a session. */
export interface ActorContext extends RequestContext {
  actor: Actor;
}

/** Serves one endpoint: one call of a service, then its presentation. */
export type Handler<R extends RouteSpec> = (
  input: Input<R>,
  context: R['auth'] extends true ? ActorContext : RequestContext,
) => Promise<z.output<R['result']>>;

/** A handler for each endpoint of a table. */
export type Handlers<T extends Record<string, RouteSpec>> = { [N in keyof T]: Handler<T[N]> };
