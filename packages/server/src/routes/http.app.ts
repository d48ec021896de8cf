import { ParleyError } from '@parley/protocol';
import cookieParser from 'cookie-parser';
import express, { type Express, type Request } from 'express';
import type { Logger } from 'pino';
import type { OriginPolicy } from '../config/origin.list.js';
import type { ProxyTrust } from '../config/proxy.trust.js';
import type { ServerState } from '../controllers/health.controller.js';
import { presentProblem } from '../dialects/problem.presenter.js';
import { createAuthCookies } from '../middleware/auth-cookies.js';
import { createAuthenticator } from '../middleware/authenticate.js';
import { refuseWhileStopping } from '../middleware/lifecycle.js';
import { allowOrigins, createOriginCheck } from '../middleware/origin.js';
import { answerErrors } from '../middleware/problem.js';
import { assignRequestId } from '../middleware/request-id.js';
import { logRequests, type RequestObserver } from '../middleware/request-log.js';
import { setSecurityHeaders } from '../middleware/security-headers.js';
import type { Services } from '../services/contracts.js';
import { bindCanonicalRoutes } from './canonical.routes.js';
import { bindClassicRoutes } from './classic.routes.js';
import { bindColonRoutes } from './colon.routes.js';
import { type ApiDocuments, serveDocuments } from './docs.routes.js';
import { type MetricsSource, serveMetrics } from './metrics.routes.js';
import { servePictures } from './picture.routes.js';
import { createRouteBinder } from './route.binder.js';
import { mountRoutes } from './route.mount.js';
import { bindSidebarRoutes } from './sidebar.routes.js';
import { serveWebApp } from './web.routes.js';

export interface HttpAppOptions {
  services: Services;
  state: ServerState;
  logger: Logger;
  origins: OriginPolicy;
  proxy: ProxyTrust;
  cookieName: string;
  /** Undefined: as the request came, over HTTPS or not. */
  cookieSecure: boolean | undefined;
  dialect: 'canonical' | 'sidebar';
  /** Made when first asked for. */
  documents: () => ApiDocuments;
  metrics: (MetricsSource & { observe: RequestObserver }) | undefined;
  /** Folder of the built web app; it may be missing. */
  webRoot: string;
}

/** Everything that answers over HTTP. The order of the middleware is the order in which a request is judged. */
export function createHttpApp(options: HttpAppOptions): Express {
  const { services, state, origins, proxy, metrics } = options;
  const isAllowedOrigin = createOriginCheck(origins, (request) => proxy.hostOf(request));
  const cookies = createAuthCookies({ name: options.cookieName, secure: options.cookieSecure });
  const authenticator = createAuthenticator({
    accounts: services.accounts,
    rateLimits: services.rateLimits,
    cookies,
    isAllowedOrigin,
  });

  const app = express();
  app.disable('x-powered-by');
  // Answers are never kept by caches, so hashing each of them would be for nothing; static files have their own.
  app.disable('etag');
  app.set('trust proxy', (address: string, hop: number) => proxy.isTrusted(address, hop));
  app.set('query parser', 'simple');

  app.use(assignRequestId());
  app.use(
    logRequests({
      logger: options.logger,
      addressOf: (request: Request) => proxy.addressOf(request),
      observe: metrics?.observe,
    }),
  );
  app.use(setSecurityHeaders());
  app.use(allowOrigins(isAllowedOrigin));
  const binder = createRouteBinder({
    authenticator,
    cookies,
    rateLimits: services.rateLimits,
    checkPasswordRoom: services.accounts.checkPasswordRoom,
    isAllowedOrigin,
  });
  const canonical = bindCanonicalRoutes(binder, services, state);
  // Whoever watches the server is answered to the very end.
  mountRoutes(
    app,
    canonical.filter(({ spec }) => spec.tag === 'Server'),
  );
  serveMetrics(app, metrics);
  app.use(refuseWhileStopping(state.isStopping));
  app.use(cookieParser());
  serveDocuments(app, options.documents);
  servePictures(app, services.pictures);
  serveWebApp(app, options.webRoot);
  mountRoutes(app, [
    ...canonical.filter(({ spec }) => spec.tag !== 'Server'),
    ...bindClassicRoutes(binder, services),
    ...bindColonRoutes(binder, services),
    ...(options.dialect === 'sidebar' ? bindSidebarRoutes(binder, services) : []),
  ]);
  app.use(() => {
    throw new ParleyError('not_found');
  });
  app.use(answerErrors(presentProblem));
  return app;
}
