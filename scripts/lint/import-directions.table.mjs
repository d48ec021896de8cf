/**
 * Who may import whom: the whole table, enforced by import-directions.rule.mjs on everything but tests.
 * Whatever is not named is not allowed.
 *
 * A pattern is a path without its extension, in which `*` stands for anything inside one file name; a folder
 * means everything below it. Among its own files a layer imports freely.
 *
 * @typedef {object} Layer
 * @property {string[]} may Layers or files whose code it may use.
 * @property {string[]} [types] Layers or files of which it may import types alone (`import type`).
 */

/** Each package: which of our own packages it may use, and whether it has Node's modules. */
export const packages = {
  protocol: { own: [], node: false, onlyPackages: ['zod'] },
  client: { own: ['protocol'], node: false, onlyPackages: ['ws'] },
  web: { own: ['client', 'protocol'], node: false },
  server: { own: ['protocol'], node: true },
  // The server only for the fault harness, which starts it with one of its promises broken.
  bench: { own: ['client', 'protocol', 'server'], node: true },
};

/** Plain shapes without behaviour, which every layer of the server may name. */
const shapes = ['models/*.record', 'services/actor', 'services/contracts', 'events/domain.events'];

/** What runs under every layer with effects and knows none of them. */
const ground = ['config', 'logging', 'metrics'];

/** The two halves of a model that the services see: queries, never schemas. */
const stores = ['models/*.store', 'models/*.stores', 'models/*.reader', 'models/*.record'];

/**
 * The folders of packages/server/src. `main` and `app` are the composition root and may import everything.
 * @type {Record<string, Layer>}
 */
export const serverLayers = {
  routes: { may: ['controllers', 'middleware', 'dialects', ...ground], types: [...shapes, 'services'] },
  'docs-site': { may: ['middleware', 'dialects', ...ground] },
  controllers: { may: ['services', 'middleware', 'dialects', ...ground], types: shapes },
  middleware: { may: ['services', 'dialects/problem.presenter', ...ground], types: shapes },
  sockets: { may: ['services', 'events', 'policies', 'dialects', ...ground], types: shapes },
  // Any throw at all has to be presented, so the presenter of errors asks what it amounts to.
  dialects: { may: ['services/failure.classifier'], types: [...shapes, 'services'] },
  services: { may: ['policies', 'events', 'database/database.errors', ...stores, ...ground], types: shapes },
  policies: { may: [], types: shapes },
  events: { may: ground, types: shapes },
  models: { may: ['database', ...ground], types: shapes },
  database: { may: ground, types: shapes },
  metrics: { may: ['config'] },
  logging: { may: ['config'] },
  config: { may: [] },
};

/** Layers that may only name the types of any package: their functions are pure. */
export const typesOnlyLayers = ['policies'];

/** Packages that have a home in the server: no other layer knows that they exist. */
export const homes = {
  mongoose: ['models', 'database'],
  mongodb: ['models', 'database'],
  express: ['routes', 'controllers', 'middleware', 'docs-site'],
  'express-serve-static-core': ['routes', 'controllers', 'middleware', 'docs-site'],
  helmet: ['routes', 'middleware'],
  cors: ['routes', 'middleware'],
  'cookie-parser': ['routes', 'middleware'],
  'pino-http': ['middleware', 'logging'],
  'socket.io': ['sockets'],
  'engine.io': ['sockets'],
  ws: ['sockets'],
  'prom-client': ['metrics'],
};
