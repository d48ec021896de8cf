import { z } from 'zod';
import { createDocument, type ZodOpenApiObject } from 'zod-openapi';
import type { DocumentedRoute, RouteTables } from './documented.route.js';
import { refineJsonSchema } from './json.schema.js';
import { describeErrors, problemSchema } from './openapi.errors.js';
import { bodyExamples, pathExamples } from './openapi.examples.js';
import { picturePaths } from './openapi.pictures.js';

export interface OpenApiOptions {
  version: string;
  cookieName: string;
  dialect: 'canonical' | 'sidebar';
  tables: RouteTables;
}

const TAGS = {
  Accounts: 'Registration, sessions and the own profile.',
  Users: 'Other people.',
  Messages: 'Messages, chats, receipts and sync.',
  Server: 'How the server is.',
  Classic: 'The same chat under short paths at the root: for clients that were written to them.',
  Colon: 'For clients that send `text` in place of `content`.',
  Sidebar: 'With `DIALECT=sidebar` these stand in for the canonical endpoints of the same path.',
};

const DESCRIPTION = `Messages that are acknowledged are on disk; a send that is repeated with its \`clientId\` is still one message.

Sign in below, or register: the answer sets a cookie that the other requests use. Programs send the token as
\`Authorization: Bearer\`. Events, errors and limits: [reference](/api/docs).`;

/** The OpenAPI 3.1 document of everything that this server answers over REST. */
export function createOpenApi(options: OpenApiOptions): object {
  const { tables, dialect } = options;
  const paths = new Map<string, Record<string, Operation>>();
  for (const [name, route] of Object.entries(tables.canonical)) add(paths, name, route);
  for (const [name, route] of Object.entries(tables.classic)) add(paths, `classic_${name}`, route);
  for (const [name, route] of Object.entries(tables.colon)) add(paths, `colon_${name}`, route);
  if (dialect === 'sidebar')
    for (const [name, route] of Object.entries(tables.sidebar)) add(paths, `sidebar_${name}`, route, true);
  const shown = new Set(
    [...paths.values()].flatMap((operations) => Object.values(operations).flatMap(({ tags }) => tags)),
  );
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: options.version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: Object.entries(TAGS).flatMap(([name, description]) =>
      shown.has(name) ? [{ name, description }] : [],
    ),
    paths: { ...Object.fromEntries(paths), ...picturePaths },
    components: {
      schemas: { Problem: problemSchema },
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The `token` of signing in',
        },
        cookie: { type: 'apiKey', in: 'cookie', name: options.cookieName, description: 'Set by signing in' },
      },
    },
  };
  return createDocument(document as unknown as ZodOpenApiObject, {
    override: (context) => refineJsonSchema(context as unknown as Parameters<typeof refineJsonSchema>[0]),
    allowEmptySchema: { pipe: true, transform: true },
  });
}

interface Content {
  schema: z.ZodType;
  examples?: Record<string, object>;
}

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, string[]>[];
  requestParams: { path?: z.ZodType; query?: z.ZodType };
  requestBody?: { required: boolean; content: { 'application/json': Content } };
  responses: Record<string, object>;
}

/** Adds an endpoint. One that shares method and path with another is an alternative to it, or replaces it. */
function add(
  paths: Map<string, Record<string, Operation>>,
  name: string,
  route: DocumentedRoute,
  replaces = false,
): void {
  const { path, params } = fitPath([...paths.keys()], route);
  const method = route.method.toLowerCase();
  const operations = paths.get(path) ?? {};
  paths.set(path, operations);
  const operation = describeRoute(name, route, params);
  const existing = operations[method];
  operations[method] = existing === undefined || replaces ? operation : merge(existing, operation);
}

/** Paths that differ in the names of their parameters alone are one path: the first names stay. */
function fitPath(
  known: readonly string[],
  route: DocumentedRoute,
): { path: string; params: z.ZodType | undefined } {
  const path = route.path.replace(/:([A-Za-z]+)/g, '{$1}');
  const same = known.find((other) => shapeOf(other) === shapeOf(path));
  if (same === undefined || same === path || route.params === undefined)
    return { path: same ?? path, params: route.params };
  const { shape } = route.params as z.ZodObject;
  return { path: same, params: z.object({ [firstName(same)]: shape[firstName(path)] as z.ZodType }) };
}

const shapeOf = (path: string): string => path.replace(/\{[^}]+\}/g, '{}');
const firstName = (path: string): string => /\{([^}]+)\}/.exec(path)?.[1] ?? '';

function describeRoute(name: string, route: DocumentedRoute, params: z.ZodType | undefined): Operation {
  const example = bodyExamples[name];
  const pathExample = pathExamples[name];
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.tag],
    security: route.auth ? [{ bearer: [] }, { cookie: [] }] : [],
    requestParams: {
      ...(params === undefined
        ? {}
        : { path: pathExample === undefined ? params : withExample(params, pathExample) }),
      ...(route.query === undefined ? {} : { query: route.query }),
    },
    ...(route.body === undefined
      ? {}
      : {
          requestBody: {
            required: !route.body.safeParse(undefined).success,
            content: {
              'application/json': {
                schema: route.body,
                ...(example === undefined ? {} : { examples: { [name]: example } }),
              },
            },
          },
        }),
    responses: {
      [String(route.status)]: {
        description: 'OK',
        content: { 'application/json': { schema: route.result } },
      },
      ...(name === 'sendMessage'
        ? {
            '200': {
              description: 'The clientId repeats: the original message',
              content: { 'application/json': { schema: route.result } },
            },
          }
        : {}),
      ...describeErrors(route),
    },
  };
}

function withExample(params: z.ZodType, example: string): z.ZodType {
  const { shape } = params as z.ZodObject;
  const [name, schema] = Object.entries(shape)[0] as [string, z.ZodType];
  return (params as z.ZodObject).extend({ [name]: schema.meta({ ...schema.meta(), example }) });
}

/** Two endpoints that the body tells apart. */
function merge(first: Operation, second: Operation): Operation {
  const [a, b] = [
    first.requestBody?.content['application/json'],
    second.requestBody?.content['application/json'],
  ];
  if (a === undefined || b === undefined)
    throw new Error(`${first.operationId} and ${second.operationId} are the same endpoint`);
  const either = (left: z.ZodType, right: z.ZodType) => left.or(right);
  const status = Object.keys(second.responses)[0] as string;
  const answerOf = ({ responses }: Operation) =>
    (responses[status] as { content: { 'application/json': Content } }).content['application/json'].schema;
  return {
    ...first,
    summary: `${first.summary}. ${second.tags.join(', ')}: ${second.summary}`,
    tags: [...first.tags, ...second.tags],
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: either(a.schema, b.schema),
          examples: { ...a.examples, ...b.examples },
        },
      },
    },
    responses: {
      ...first.responses,
      [status]: {
        description: 'OK',
        content: { 'application/json': { schema: either(answerOf(first), answerOf(second)) } },
      },
    },
  };
}
