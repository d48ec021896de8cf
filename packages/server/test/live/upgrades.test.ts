import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { routeUpgrades } from '../../src/sockets/upgrade.router.js';

/** How long a body may take to come. */
const BODY_MS = 300;
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += String(chunk);
  });
  request.on('end', () =>
    response.end(`${request.method} ${request.url} ${request.headers['x-own']} [${body}]`),
  );
});
routeUpgrades(
  server,
  { accept: (_request: IncomingMessage, socket) => socket.end('accepted'), close: () => undefined },
  BODY_MS,
  () => false,
);

/** Sends the parts one after the other and gives everything that came back. */
async function talk(...parts: string[]): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += String(chunk);
  });
  for (const part of parts) {
    await new Promise<void>((resolve) => socket.write(part, () => setImmediate(resolve)));
  }
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

function head(start: string, ...more: string[]): string {
  return [
    `${start} HTTP/1.1`,
    'Host: x',
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'X-Own: yes',
    ...more,
    '',
    '',
  ].join('\r\n');
}

afterEach(() => new Promise<void>((resolve) => void server.close(() => resolve())));

it('answers a request that offers HTTP/2 as if it had not', async () => {
  expect(await talk(head('GET /api/health'))).toMatch(/^HTTP\/1\.1 200 [\s\S]*GET \/api\/health yes \[\]$/);
});

it('gives such a request its body, whole and in pieces', async () => {
  expect(await talk(`${head('POST /a', 'Content-Length: 11')}hello`, ' ', 'world')).toMatch(
    /POST \/a yes \[hello world\]$/,
  );
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  expect(await talk(`${head('POST /b', 'Content-Length: 5')}hello`)).toMatch(/POST \/b yes \[hello\]$/);
});

it('ends one whose body does not come in time', async () => {
  const begunAt = performance.now();
  expect(await talk(`${head('POST /a', 'Content-Length: 11')}hello`)).toBe('');
  expect(performance.now() - begunAt).toBeGreaterThan(BODY_MS / 2);
});

it.each(['Transfer-Encoding: chunked', 'Content-Length: 99999999'])('refuses one with %s', async (header) => {
  expect(await talk(head('POST /a', header))).toMatch(/^HTTP\/1\.1 400 /);
});
