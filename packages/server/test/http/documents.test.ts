import { readFileSync } from 'node:fs';
import { Parser } from '@asyncapi/parser';
import { clientEvents, closeCodes, errorCatalogue, limits, routes, serverEvents } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { docsFolder, renderAll, tables } from '../../scripts/doc-sources.js';
import { colonClientEvents } from '../../src/dialects/colon/colon.events.js';
import { dialectEvents } from '../../src/docs-site/dialect.events.js';
import type { DocumentedRoute } from '../../src/docs-site/documented.route.js';
import { listErrorCodes } from '../../src/docs-site/openapi.errors.js';
import { bodyExamples, pathExamples } from '../../src/docs-site/openapi.examples.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
let sidebar: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  sidebar = await startTestServer({ DIALECT: 'sidebar' });
});
afterAll(() => Promise.all([server.close(), sidebar.close()]));

interface Operation {
  operationId: string;
  tags: string[];
  security: object[];
  requestBody?: { content: { 'application/json': { schema: object } } };
  responses: Record<
    string,
    { content?: Record<string, { schema: object; examples?: Record<string, object> }> }
  >;
}
interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

const openApiOf = async (from: TestServer) =>
  (await from.request('GET', '/api/openapi.json')).body as OpenApi;
const operationOf = ({ paths }: OpenApi, { method, path }: DocumentedRoute) => {
  const shape = (text: string) => text.replace(/:\w+|\{\w+\}/g, '{}');
  const found = Object.keys(paths).find((known) => shape(known) === shape(path)) as string;
  return paths[found]?.[method.toLowerCase()] as Operation;
};

/** Every `$ref` of a document that leads nowhere. */
function findLooseReferences(document: unknown): string[] {
  const text = JSON.stringify(document);
  return [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)]
    .map((match) => match[1] as string)
    .filter(
      (path) =>
        path
          .split('/')
          .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document) ===
        undefined,
    );
}

describe('the OpenAPI document', () => {
  const canonical: [string, DocumentedRoute][] = [tables.canonical, tables.classic, tables.colon].flatMap(
    (table) => Object.entries(table),
  );

  it.each(canonical)('has %s with its answer and every error it may have', async (_, route) => {
    const operation = operationOf(await openApiOf(server), route);
    expect(operation.tags).toContain(route.tag);
    expect(operation.security).toHaveLength(route.auth ? 2 : 0);
    expect(operation.responses[route.status]?.content).toHaveProperty('application/json');
    for (const code of listErrorCodes(route)) {
      if (route.tag === 'Colon') continue;
      expect(
        operation.responses[errorCatalogue[code].status]?.content?.['application/problem+json']?.examples,
      ).toHaveProperty(code);
    }
  });

  it.each(Object.entries(tables.sidebar))(
    'has %s of the sidebar dialect where the server speaks it',
    async (_, route) => {
      expect(operationOf(await openApiOf(sidebar), route).tags).toEqual(['Sidebar']);
    },
  );

  it('is version 3.1, with every reference leading somewhere and no operation twice', async () => {
    for (const from of [server, sidebar]) {
      const document = await openApiOf(from);
      expect(document.openapi).toBe('3.1.0');
      expect(findLooseReferences(document)).toEqual([]);
      const ids = Object.values(document.paths).flatMap((path) =>
        Object.values(path).map(({ operationId }) => operationId),
      );
      expect(new Set(ids).size).toBe(ids.length);
      expect(Object.keys(document.components.schemas)).toEqual(
        expect.arrayContaining(['User', 'Message', 'Chat', 'Session', 'SyncResult', 'Problem']),
      );
    }
  });

  it('says of every member what it is', async () => {
    const { components } = await openApiOf(server);
    for (const [name, schema] of Object.entries(components.schemas)) {
      const { properties } = schema as { properties: Record<string, object> };
      for (const [member, described] of Object.entries(properties)) {
        expect(
          ['type', 'anyOf', '$ref', 'enum', 'const', 'allOf'].some((key) => key in described),
          `${name}.${member}`,
        ).toBe(true);
      }
    }
  });
});

describe('the examples', () => {
  const table: Record<string, DocumentedRoute> = {
    ...tables.canonical,
    ...Object.fromEntries(Object.entries(tables.classic).map(([name, route]) => [`classic_${name}`, route])),
    ...Object.fromEntries(Object.entries(tables.colon).map(([name, route]) => [`colon_${name}`, route])),
  };

  it('work as they stand, one after the other, and their answers are as documented', async () => {
    const jar = new Map<string, string>();
    // Signed in by the cookie, as somebody who tries the page is; changing the password or logging out comes last.
    const last = ['deleteMessage', 'changePassword', 'refreshToken', 'logout'];
    const names = Object.keys(table).filter((name) => !last.includes(name) && !/logout|Session$/i.test(name));
    let messageId = '';
    for (const name of [...names, ...last]) {
      const route = table[name] as DocumentedRoute;
      const id = /editMessage|deleteMessage/.test(name) ? messageId : (pathExamples[name] ?? null);
      if (route.path.includes(':') && id === null) continue;
      const body = bodyExamples[name]?.value;
      if (route.body !== undefined && body === undefined) continue;
      const answer = await server.request(
        route.method,
        `${route.path.replace(/:\w+/, id ?? '')}${/search/.test(route.path) ? '?q=hello' : ''}`,
        {
          headers: { Cookie: [...jar].map(([key, value]) => `${key}=${value}`).join('; ') },
          ...(body === undefined ? {} : { body }),
        },
      );
      expect(`${name} ${answer.status}`).toBe(`${name} ${route.status}`);
      expect(route.result.safeParse(answer.body).error?.issues ?? []).toEqual([]);
      if (name === 'sendMessage') messageId = answer.body.message.id;
      for (const cookie of answer.headers.getSetCookie()) {
        const [key, value] = (cookie.split(';')[0] as string).split('=') as [string, string];
        jar.set(key, value);
      }
    }
    expect(messageId).not.toBe('');
  });
});

describe('the AsyncAPI document', () => {
  it('is valid, and has every event', async () => {
    const { body } = await server.request('GET', '/api/asyncapi.json');
    const { document, diagnostics } = await new Parser().parse(body);
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(document?.version()).toBe('3.0.0');
    expect(findLooseReferences(body)).toEqual([]);
    const operations = Object.keys(body.operations);
    expect(operations).toEqual(
      expect.arrayContaining([
        ...Object.keys(clientEvents),
        ...Object.keys(serverEvents).map((name) => `server.${name}`),
        'lobby.frame',
        'lobby.send',
      ]),
    );
  });
});

describe('the pages', () => {
  it('explain every error at the address that its `type` names', async () => {
    const { body } = await server.request('GET', '/api/docs');
    for (const code of Object.keys(errorCatalogue)) expect(body).toContain(`id="error-${code}"`);
    for (const name of Object.keys(limits)) expect(body).toContain(`<code>${name}</code>`);
    for (const name of [...Object.keys(clientEvents), ...Object.keys(serverEvents)])
      expect(body).toContain(`<code>${name}</code>`);
    for (const { code } of Object.values(closeCodes)) expect(body).toContain(`<td>${code}</td>`);
    for (const { path } of Object.values(routes)) expect(body).toContain(`<code>${path}</code>`);
  });

  it.each(['/api/docs', '/api/docs/rest', '/'])(
    'have neither inline scripts nor inline styles nor foreign files: %s',
    async (path) => {
      const { status, body } = await server.request('GET', path);
      expect(status).toBe(200);
      expect(body).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|(src|href)="(https?:)?\/\//);
    },
  );

  it.each(['/api/docs', '/api/docs/rest'])('lead nowhere that is not there: %s', async (path) => {
    const { body } = await server.request('GET', path);
    for (const [, link] of (body as string).matchAll(/(?:src|href)="(\/[^"#]*)/g)) {
      expect(`${link} ${(await server.request('GET', link as string)).status}`).toBe(`${link} 200`);
    }
    for (const [, anchor] of (body as string).matchAll(/href="#([^"]+)"/g))
      expect(body).toContain(`id="${anchor}"`);
  });

  it('serve of Swagger UI what the page needs alone', async () => {
    for (const file of ['index.html', 'package.json', '..%2f..%2fpackage.json', 'swagger-ui.js.map']) {
      expect((await server.request('GET', `/api/docs/swagger/${file}`)).status).toBe(404);
    }
  });
});

describe('the documents of the repository', () => {
  it.each([...renderAll()])('%s is what its table says; write-docs.ts makes it anew', (name, text) => {
    expect(readFileSync(new URL(name, docsFolder), 'utf8')).toBe(text);
  });

  it('know every event of the colon dialect', () => {
    const known = dialectEvents
      .filter(({ dialect, from }) => dialect === 'colon' && from === 'client')
      .map(({ name }) => name);
    expect(known.sort()).toEqual(Object.keys(colonClientEvents).sort());
  });
});
