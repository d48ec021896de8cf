import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type {
  ActorContext,
  Handler,
  Handlers,
  Input,
  RequestContext,
  RouteSpec,
} from '../controllers/handler.js';
import { invalidRequest, listIssues } from '../dialects/problem.presenter.js';
import type { AuthCookies } from '../middleware/auth-cookies.js';
import type { Authenticator } from '../middleware/authenticate.js';
import { type OriginCheck, requireAllowedOrigin } from '../middleware/origin.js';
import type { Actor } from '../services/actor.js';
import type { RateLimitService } from '../services/contracts.js';

/** What an endpoint counts against, beside the general limit of each user. */
export type RouteLimit = 'credential' | 'message' | 'search';

/** An endpoint of a table with its handler, ready to be mounted. */
export interface BoundRoute {
  spec: RouteSpec;
  /** Before the body is read. */
  before: RequestHandler[];
  handle: RequestHandler;
  /** Serves only requests with a body like this; another one serves the rest. */
  when: ((body: unknown) => boolean) | undefined;
}

export interface BindOptions {
  limit?: RouteLimit | undefined;
  when?: ((body: unknown) => boolean) | undefined;
  /** Runs first, such as the mark of a dialect. */
  before?: RequestHandler | undefined;
}

export interface BinderDeps {
  authenticator: Authenticator;
  cookies: AuthCookies;
  rateLimits: RateLimitService;
  /** Throws `server_busy` when a password would be refused for load. */
  checkPasswordRoom: () => void;
  isAllowedOrigin: OriginCheck;
}

/** Binds the endpoints of tables to their handlers, so that table, handlers, documents and client cannot diverge. */
export interface RouteBinder {
  bind<R extends RouteSpec>(spec: R, handler: Handler<R>, options?: BindOptions): BoundRoute;
  bindAll<T extends Record<string, RouteSpec>>(
    table: T,
    handlers: Handlers<T>,
    options: { [N in keyof T]?: BindOptions } & { before?: RequestHandler },
  ): BoundRoute[];
}

export function createRouteBinder(deps: BinderDeps): RouteBinder {
  const { authenticator, rateLimits, checkPasswordRoom } = deps;

  const takeCredentialAttempt: RequestHandler = async (request, _response, next) => {
    // Here and not only where the password is compared: a flood brings hundreds a second, and to read a body, look for
    // mistakes in it and count an attempt is a quarter of what a refusal would cost.
    checkPasswordRoom();
    await rateLimits.takeCredentialAttempt(request.address);
    next();
  };

  function bind<R extends RouteSpec>(spec: R, handler: Handler<R>, options: BindOptions = {}): BoundRoute {
    const markRoute: RequestHandler = (_request, response, next) => {
      response.locals.route = spec.path;
      response.setHeader('Cache-Control', 'no-store');
      next();
    };
    return {
      spec,
      before: [
        markRoute,
        ...(options.before === undefined ? [] : [options.before]),
        ...(options.limit === 'credential' ? [takeCredentialAttempt] : []),
        ...(spec.auth ? [authenticator.require] : []),
      ],
      when: options.when,
      async handle(request, response) {
        const input = readInput(spec, request);
        if (request.actor !== undefined && options.limit === 'message')
          await rateLimits.takeMessage(request.actor.userId);
        if (request.actor !== undefined && options.limit === 'search')
          await rateLimits.takeSearch(request.actor.userId);
        response.status(spec.status);
        // The table says whether there is an actor, and `before` has seen to it.
        const context = createContext(deps, request, response) as ActorContext;
        const result = await handler(input as Input<R>, context);
        response.json(result);
      },
    };
  }

  return {
    bind,
    bindAll(table, handlers, options) {
      return Object.entries(table).map(([name, spec]) =>
        bind(spec, handlers[name] as Handler<RouteSpec>, { before: options.before, ...options[name] }),
      );
    },
  };
}

const PARTS = ['params', 'query', 'body'] as const;

/** Everything that is wrong with any part of the request is told at once. */
function readInput(spec: RouteSpec, request: Request): Input<RouteSpec> {
  const input: Record<(typeof PARTS)[number], unknown> = {
    params: undefined,
    query: undefined,
    body: undefined,
  };
  const issues: ReturnType<typeof listIssues> = [];
  for (const part of PARTS) {
    const schema: z.ZodType | undefined = spec[part];
    if (schema === undefined) continue;
    const parsed = schema.safeParse(request[part]);
    if (parsed.success) input[part] = parsed.data;
    else issues.push(...listIssues(parsed.error));
  }
  if (issues.length > 0) throw invalidRequest(issues);
  return input as Input<RouteSpec>;
}

/** Characters of a User-Agent that are kept; it is shown in the list of devices. */
const AGENT_MAX_CHARACTERS = 200;

function createContext(
  deps: BinderDeps,
  request: Request,
  response: Response,
): RequestContext & { actor?: Actor } {
  const { authenticator, cookies, isAllowedOrigin } = deps;
  const context = {
    device: {
      // A terminal that shows the list of devices would obey a C1 control, which HTTP and JSON let through.
      agent: (request.get('User-Agent') ?? '').replace(/\p{Cc}/gu, '').slice(0, AGENT_MAX_CHARACTERS),
      address: request.address,
    },
    path: request.path,
    setStatus: (status: number) => void response.status(status),
    setHeader: (name: string, value: string) => void response.setHeader(name, value),
    signIn: (tokens: Parameters<AuthCookies['set']>[2]) => cookies.set(request, response, tokens),
    signOut: () => cookies.clear(request, response),
    refreshCookie() {
      const token = cookies.readRefresh(request);
      if (token !== undefined) requireAllowedOrigin(request, isAllowedOrigin);
      return token;
    },
    findActor: () => authenticator.find(request),
  };
  return request.actor === undefined ? context : { ...context, actor: request.actor };
}
