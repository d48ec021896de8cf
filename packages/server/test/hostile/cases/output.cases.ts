import assert from 'node:assert/strict';
import { LOBBY_CHAT_ID } from '@parley/protocol';
import { type HostileCase, inGroup } from '../hostile.case.js';
import { findBrowser, openBrowser } from '../support/browser.js';

/** Each sets a mark on the page when any of it runs. */
const markup = [
  '<script>window.harmed=1</script>',
  '<img src=x onerror=window.harmed=1>',
  '"><svg onload=window.harmed=1>',
  '</pre><script>window.harmed=1</script>',
  '<iframe srcdoc="<script>parent.harmed=1</script>">',
  '<a href="javascript:window.harmed=1">x</a>',
  '</title><script>window.harmed=1</script>',
];
const short = '<img src=x onerror=window.harmed=1>';

const program = findBrowser();

/** What the web app makes of such texts is tested where the web app is; here is what the server itself answers. */
export const outputCases: HostileCase[] = inGroup('output', [
  {
    name: 'markup and script in every text field stay text in whatever a browser opens',
    on: ['cookie'],
    writes: true,
    missing: () =>
      program === undefined ? 'Chromium is missing (install it, or set CHROMIUM_BIN)' : undefined,
    async run({ server, ann, note }) {
      const writer = await server.newPerson('writer');
      const as = { token: writer.token };
      const profile = {
        name: short,
        bio: markup.join(''),
        profilePicture: '/x"><script>window.harmed=1</script>',
      };
      assert.equal((await server.request('PUT', '/api/auth/profile', { ...as, body: profile })).status, 200);
      for (const content of markup) {
        await server.request('POST', '/api/messages/send', {
          ...as,
          body: { to: ann.id, content, clientId: content },
        });
        await server.request('POST', '/api/messages/send', {
          ...as,
          body: { chatId: LOBBY_CHAT_ID, content },
        });
      }
      // The device's own name is shown in the list of sessions.
      await server.request('POST', '/login', {
        body: { username: ann.username, password: 'Password123' },
        headers: { 'User-Agent': short },
      });
      const query = encodeURIComponent(markup.join(''));
      const paths = [
        '/api/users',
        '/users',
        `/api/users/${writer.id}`,
        '/api/auth/profile',
        '/api/auth/sessions',
        '/api/messages/chats',
        '/conversations',
        `/messages/${LOBBY_CHAT_ID}`,
        `/api/messages/${LOBBY_CHAT_ID}`,
        `/api/messages/conversation/${writer.id}`,
        '/api/messages/search?q=harmed',
        `/api/users/search?q=${query.slice(0, 150).replace(/%.?$/, '')}`,
        `/api/users?limit=${query}`,
        `/nothing/${query}`,
        `/api/users/${query}`,
        `/?${query}`,
        `/${query}`,
        `/api/docs?${query}#${query}`,
        `/api/docs/rest?url=javascript:window.harmed=1&configUrl=${query}`,
        `/api/openapi.json?${query}`,
        `/api/health?${query}`,
        `/socket.io/?EIO=4&transport=${query}`,
        `/socket.io/?EIO=4&transport=polling&j=${query}`,
      ];
      const browser = await openBrowser(program as string);
      try {
        await browser.setCookie(server.url, 'token', ann.token);
        const types = new Map<string, number>();
        for (const path of paths) {
          const { type, harmed, elements } = await browser.open(server.url + path);
          assert.deepEqual({ harmed, elements }, { harmed: false, elements: 0 }, path);
          types.set(type, (types.get(type) ?? 0) + 1);
        }
        note([...types].map(([type, count]) => `${count} ${type}`).join(', '));
      } finally {
        await browser.close();
      }
    },
  },
  {
    name: 'every answer forbids to guess its type, and names one',
    on: ['REST'],
    async run({ server, ann }) {
      for (const path of [
        '/api/users',
        '/nothing',
        '/',
        '/api/docs',
        '/api/openapi.json',
        '/login',
        '/api/health',
        `/messages/${LOBBY_CHAT_ID}`,
      ]) {
        const { headers } = await server.request('GET', path, { token: ann.token });
        assert.equal(headers['x-content-type-options'], 'nosniff', path);
        assert.match(
          String(headers['content-type']),
          /^(application\/(problem\+)?json|text\/html); ?charset=utf-8$|^application\/(problem\+)?json$/i,
          path,
        );
        assert.match(
          String(headers['content-security-policy']),
          /default-src 'self'.*object-src 'none'/,
          path,
        );
        assert.ok(!/unsafe-inline|unsafe-eval/.test(String(headers['content-security-policy'])), path);
      }
    },
  },
]);
