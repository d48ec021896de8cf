import assert from 'node:assert/strict';
import { LOBBY_CHAT_ID } from '@parley/protocol';
import { enter, openRaw } from '../../live/live.client.js';
import { type Attack, type HostileCase, inGroup } from '../hostile.case.js';
import { askingTransports, createAsker, type Request } from '../support/asker.js';

/** Ids of the right form that nobody has. */
const nobody = { chatId: 'f'.repeat(24), messageId: 'e'.repeat(24), sessionId: 'd'.repeat(24) };
type Ids = typeof nobody;

/** Whatever names a chat, a message or a session, and what a stranger is told. */
const attempts: [what: string, code: string, ask: (ids: Ids) => Request][] = [
  [
    'sending into a chat',
    'chat_not_found',
    ({ chatId }) => ({
      rest: ['POST', '/api/messages/send', { chatId, content: 'x' }],
      event: ['send_message', { chatId, content: 'x' }],
    }),
  ],
  [
    'reading a chat by the classic path',
    'chat_not_found',
    ({ chatId }) => ({ rest: ['GET', `/messages/${chatId}`] }),
  ],
  [
    'reading a chat by the colon path',
    'user_not_found',
    ({ chatId }) => ({ rest: ['GET', `/api/messages/${chatId}`] }),
  ],
  ['listening to a chat', 'chat_not_found', ({ chatId }) => ({ event: ['join_chat', { chatId }] })],
  [
    'listening to a chat by its bare id',
    'chat_not_found',
    ({ chatId }) => ({ event: ['join_chat', chatId] }),
  ],
  ['typing in a chat', 'chat_not_found', ({ chatId }) => ({ event: ['typing', { chatId, isTyping: true }] })],
  [
    'marking a chat as read',
    'chat_not_found',
    ({ chatId }) => ({
      rest: ['POST', '/api/messages/mark-read', { chatId }],
      event: ['read_receipt', { chatId }],
    }),
  ],
  [
    'marking a chat as read up to a seq',
    'chat_not_found',
    ({ chatId }) => ({
      rest: ['POST', '/api/messages/mark-read', { chatId, upTo: 1 }],
      event: ['read_receipt', { chatId, upTo: 1 }],
    }),
  ],
  [
    'marking a message as read',
    'message_not_found',
    ({ messageId }) => ({
      rest: ['POST', '/api/messages/mark-read', { messageId }],
      event: ['read_receipt', { messageId }],
    }),
  ],
  [
    'marking messages as read',
    'message_not_found',
    ({ messageId }) => ({
      rest: ['POST', '/api/messages/mark-read', { messageIds: [messageId] }],
    }),
  ],
  [
    'editing a message',
    'message_not_found',
    ({ messageId }) => ({
      rest: ['PUT', `/api/messages/${messageId}`, { content: 'mine' }],
      event: ['edit_message', { messageId, content: 'mine' }],
    }),
  ],
  [
    'deleting a message',
    'message_not_found',
    ({ messageId }) => ({
      rest: ['DELETE', `/api/messages/${messageId}`],
      event: ['delete_message', { messageId }],
    }),
  ],
  [
    'hiding a message',
    'message_not_found',
    ({ messageId }) => ({
      rest: ['DELETE', `/api/messages/${messageId}?for=me`],
      event: ['delete_message', { messageId, for: 'me' }],
    }),
  ],
  [
    'searching a chat',
    'chat_not_found',
    ({ chatId }) => ({
      rest: ['GET', `/api/messages/search?q=between&chatId=${chatId}`],
    }),
  ],
  [
    'ending a session',
    'session_not_found',
    ({ sessionId }) => ({
      rest: ['DELETE', `/api/auth/sessions/${sessionId}`],
    }),
  ],
];

/** Every id of these people as somebody else's answer would show it. */
const withoutIds = (body: object) => JSON.stringify(body).replace(/[0-9a-f]{24}/g, 'id');

const foreign: HostileCase[] = inGroup(
  'authorisation',
  attempts.map(([what, code, ask]) => ({
    name: `${what} of others is answered like one that does not exist`,
    on: askingTransports.filter((transport) => {
      const { rest, event } = ask(nobody);
      return (transport === 'REST' || transport === 'cookie' ? rest : event) !== undefined;
    }),
    async run(attack: Attack) {
      const { secret, ann, mallory } = attack;
      const asker = await createAsker(attack, mallory);
      const theirs = await asker(ask({ ...secret, sessionId: ann.sessionId }));
      const none = await asker(ask(nobody));
      assert.equal(theirs?.code, code);
      assert.equal(withoutIds(theirs.body), withoutIds(none?.body));
    },
  })),
);

/** What a client may not set, in the names of every dialect. */
const overreach = {
  id: '1'.repeat(24),
  _id: '1'.repeat(24),
  messageId: '1'.repeat(24),
  role: 'admin',
  isAdmin: true,
  isActive: false,
  sender: '2'.repeat(24),
  senderId: '2'.repeat(24),
  from: '2'.repeat(24),
  userId: '2'.repeat(24),
  username: 'root',
  seq: 999,
  rev: 999,
  createdRev: 999,
  lastSeq: 999,
  readSeq: 999,
  deliveredSeq: 999,
  isRead: true,
  delivered: true,
  readAt: '2000-01-01T00:00:00.000Z',
  timestamp: '2000-01-01T00:00:00.000Z',
  createdAt: '2000-01-01T00:00:00.000Z',
  editedAt: '2000-01-01T00:00:00.000Z',
  deletedAt: '2000-01-01T00:00:00.000Z',
  hiddenFor: [],
  history: [],
  passwordHash: 'x',
  participants: [],
  kind: 'room',
  __v: 5,
  $set: { role: 'admin' },
};

function expectOwn(message: Record<string, unknown>, sender: string): void {
  assert.equal(message['sender'], sender);
  assert.notEqual(message['id'] ?? message['messageId'], overreach.id);
  assert.ok((message['seq'] as number) < 500, 'the seq was taken over');
  assert.ok(new Date(message['timestamp'] as string) > new Date('2020-01-01'), 'the time was taken over');
  assert.equal(message['editedAt'], undefined);
  assert.equal(message['deletedAt'], undefined);
}

const asking = inGroup('authorisation', [
  {
    name: 'ids that do not belong together change nothing of either',
    on: askingTransports,
    async run(attack) {
      const { server, mallory, secret } = attack;
      const own = await server.request('POST', '/api/messages/send', {
        token: mallory.token,
        body: { chatId: LOBBY_CHAT_ID, content: 'mine' },
      });
      await attack.begin();
      const asker = await createAsker(attack, mallory);
      const mixed: Request[] = [
        {
          rest: ['POST', '/api/messages/mark-read', { chatId: LOBBY_CHAT_ID, messageId: secret.messageId }],
          event: ['read_receipt', { chatId: LOBBY_CHAT_ID, messageId: secret.messageId }],
        },
        {
          rest: [
            'POST',
            '/api/messages/mark-read',
            { chatId: secret.chatId, messageId: own.body.message.id },
          ],
          event: ['read_receipt', { chatId: secret.chatId, messageId: own.body.message.id }],
        },
        {
          rest: ['POST', '/api/messages/mark-read', { messageIds: [own.body.message.id, secret.messageId] }],
        },
        {
          rest: [
            'PUT',
            `/api/messages/${secret.messageId}`,
            { messageId: own.body.message.id, id: own.body.message.id, content: 'x' },
          ],
          event: ['edit_message', { messageId: secret.messageId, id: own.body.message.id, content: 'x' }],
        },
        {
          rest: ['POST', '/api/messages/send', { to: mallory.id, chatId: secret.chatId, content: 'x' }],
          event: ['send_message', { to: mallory.id, chatId: secret.chatId, content: 'x' }],
        },
      ];
      for (const request of mixed) {
        const outcome = await asker(request);
        if (outcome !== undefined) assert.equal(outcome.ok, false, JSON.stringify(request));
      }
    },
  },
  {
    name: 'a member changes no message of the other',
    on: askingTransports,
    async run(attack) {
      const { bob, secret } = attack;
      const asker = await createAsker(attack, bob);
      const { messageId } = secret;
      for (const request of [
        {
          rest: ['PUT', `/api/messages/${messageId}`, { content: 'x' }],
          event: ['edit_message', { messageId, content: 'x' }],
        },
        { rest: ['DELETE', `/api/messages/${messageId}`], event: ['delete_message', { messageId }] },
      ] satisfies Request[]) {
        assert.equal((await asker(request))?.code, 'forbidden');
      }
    },
  },
  {
    name: 'sender, id, seq and times of a message cannot be set',
    on: [...askingTransports, 'raw WebSocket'],
    writes: true,
    async run(attack) {
      const { server, mallory, transport } = attack;
      if (transport === 'raw WebSocket') {
        const raw = openRaw(server, `/?token=${mallory.token}`);
        await raw.waitFor('history');
        raw.say({ ...overreach, type: 'history', text: 'mass', clientId: 'mass-raw' });
        expectOwn(await raw.waitFor('message', ({ clientId }) => clientId === 'mass-raw'), mallory.id);
        return;
      }
      const body = { ...overreach, chatId: LOBBY_CHAT_ID, content: 'mass' };
      const asker = await createAsker(attack, mallory);
      const sent = await asker({ rest: ['POST', '/api/messages/send', body], event: ['send_message', body] });
      expectOwn(sent?.body.message, mallory.id);
      const messageId = sent?.body.message.id;
      const change = { ...overreach, messageId, content: 'changed' };
      const edited = await asker({
        rest: ['PUT', `/api/messages/${messageId}`, change],
        event: ['edit_message', change],
      });
      assert.equal(edited?.body.message.sender, mallory.id);
      assert.equal(edited?.body.message.id, messageId);
    },
  },
  {
    name: 'role, id, times and activity of an account cannot be set',
    on: ['REST', 'cookie'],
    writes: true,
    async run(attack) {
      const { server } = attack;
      const guest = await server.newPerson('guest');
      const { username: _, ...rest } = overreach;
      const name = `mass_${guest.id.slice(-6)}_${attack.transport}`;
      const registered = await server.request('POST', '/api/auth/register', {
        body: { ...rest, username: name, email: `${name}@example.com`, password: 'Password123' },
      });
      const asker = await createAsker(attack, guest);
      const changed = await asker({ rest: ['PUT', '/api/auth/profile', { ...rest, bio: 'new' }] });
      for (const user of [registered.body.user, changed?.body.user]) {
        assert.notEqual(user.id, overreach.id);
        assert.equal(user.isActive, true);
        assert.equal(user.role, undefined);
        assert.ok(new Date(user.createdAt) > new Date('2020-01-01'));
      }
      assert.equal(changed?.body.user.id, guest.id);
    },
  },
  {
    name: 'the clientId of somebody else is one’s own, and shows nothing of theirs',
    on: [...askingTransports, 'raw WebSocket'],
    writes: true,
    async run(attack) {
      const { server, mallory, secret, transport } = attack;
      if (transport === 'raw WebSocket') {
        const raw = openRaw(server, `/?token=${mallory.token}`);
        await raw.waitFor('history');
        raw.say({ text: 'mine', clientId: 'the-secret' });
        const frame = await Promise.race([
          raw.waitFor('message', ({ clientId }) => clientId === 'the-secret'),
          raw.waitFor('error'),
        ]);
        assert.ok(frame.code === 'client_id_conflict' || frame.text === 'mine');
        assert.notEqual(frame.messageId, secret.messageId);
        return;
      }
      const body = { chatId: LOBBY_CHAT_ID, content: 'mine', clientId: 'the-secret' };
      const asker = await createAsker(attack, mallory);
      const sent = await asker({ rest: ['POST', '/api/messages/send', body], event: ['send_message', body] });
      assert.equal(sent?.body.message.content, 'mine');
      assert.notEqual(sent?.body.message.id, secret.messageId);
    },
  },
  {
    name: 'sync tells nothing of a chat of others, named or not',
    on: askingTransports,
    async run(attack) {
      const { mallory, secret } = attack;
      const asker = await createAsker(attack, mallory);
      for (const rev of [0, 1, Number.MAX_SAFE_INTEGER]) {
        const ask = async (chatId: string) => {
          const input = { chats: { [chatId]: rev } };
          const outcome = await asker({ rest: ['POST', '/api/sync', input], event: ['sync', input] });
          return outcome?.body.chats.find((chat: { chatId: string }) => chat.chatId === chatId);
        };
        const [theirs, none] = [await ask(secret.chatId), await ask(nobody.chatId)];
        assert.equal(withoutIds(theirs), withoutIds(none));
        assert.deepEqual(theirs.messages, []);
      }
      const all = await asker({ rest: ['POST', '/api/sync', {}], event: ['sync', {}] });
      assert.ok(!JSON.stringify(all?.body).includes(secret.content));
    },
  },
  {
    name: 'no list and no answer has an address, a hash or a key of somebody else',
    on: askingTransports,
    async run(attack) {
      const { ann, mallory, secret } = attack;
      const asker = await createAsker(attack, mallory);
      const requests: Request[] = [
        ...[
          '/api/users',
          '/users',
          '/api/users/online',
          '/api/users/search?q=a',
          `/api/users/${ann.id}`,
          `/api/users/${ann.id}/status`,
          '/api/messages/chats',
          '/conversations',
          `/api/messages/conversation/${ann.id}`,
          `/messages/${LOBBY_CHAT_ID}`,
          `/api/messages/${LOBBY_CHAT_ID}`,
          '/api/messages/search?q=hello',
          '/api/auth/sessions',
        ].map((path): Request => ({ rest: ['GET', path] })),
        { rest: ['POST', '/api/sync', {}], event: ['sync', {}] },
        { event: ['watch_presence', { userIds: [ann.id] }] },
        { event: ['join_chat', LOBBY_CHAT_ID] },
      ];
      for (const request of requests) {
        const outcome = await asker(request);
        if (outcome === undefined) continue;
        assert.equal(outcome.ok, true, JSON.stringify(request));
        const text = JSON.stringify(outcome.body);
        assert.ok(
          !/@example\.com|\$2[aby]\$|[hH]ash|bodyDigest|searchKeys|usernameKey/.test(text),
          text.slice(0, 400),
        );
        assert.ok(!text.includes(secret.content), 'shows what others wrote');
      }
    },
  },
]);

const listening = inGroup('authorisation', [
  {
    name: 'whoever is in no chat with them hears nothing of what two people do',
    on: ['Socket.IO', 'polling', 'raw WebSocket'],
    writes: true,
    async run({ server, transport, ann, bob, mallory, secret }) {
      const ear =
        transport === 'raw WebSocket'
          ? openRaw(server, `/?token=${mallory.token}`)
          : await enter(
              server,
              mallory,
              {},
              { transports: [transport === 'polling' ? 'polling' : 'websocket'] },
            );
      if ('call' in ear) {
        for (const dialect of ['user:connect', 'join_chat', 'sync', 'typing', 'subscribe', 'join']) {
          await ear.call(dialect, { chatId: secret.chatId, userId: ann.id, room: `chat:${secret.chatId}` });
        }
      } else await ear.waitFor('history');
      const friend = await enter(server, bob);
      const text = `hush ${transport}`;
      const sent = await server.request('POST', '/api/messages/send', {
        token: ann.token,
        body: { to: bob.id, content: text },
      });
      await friend.waitFor('new_message', ({ content }) => content === text);
      await friend.call('typing', { chatId: secret.chatId, isTyping: true });
      await friend.call('read_receipt', { chatId: secret.chatId });
      const { id } = sent.body.message;
      await server.request('PUT', `/api/messages/${id}`, { token: ann.token, body: { content: `${text}!` } });
      await server.request('DELETE', `/api/messages/${id}`, { token: ann.token });
      // Whatever was sent to the ear before this has come when this comes.
      const marker = `marker ${transport}`;
      await server.request('POST', '/api/messages/send', {
        token: bob.token,
        body: { chatId: LOBBY_CHAT_ID, content: marker },
      });
      if ('call' in ear) await ear.waitFor('new_message', ({ content }) => content === marker);
      else await ear.waitFor('message', (frame) => frame.text === marker);
      const heard = JSON.stringify(ear.received.filter(({ name }) => name !== 'error'));
      assert.ok(!heard.includes('hush') && !heard.includes(secret.chatId), heard.slice(0, 400));
    },
  },
  {
    name: 'a claimed userId is believed by no dialect',
    on: ['Socket.IO', 'polling', 'raw WebSocket'],
    async run({ server, transport, ann, mallory, secret }) {
      const query = `userId=${ann.id}&user=${ann.id}&id=${ann.id}`;
      if (transport === 'raw WebSocket') {
        const raw = openRaw(server, `/?${query}&token=${mallory.token}`);
        await raw.waitFor('history');
        assert.ok(!JSON.stringify(raw.received).includes(secret.content));
        return;
      }
      const transports = [transport === 'polling' ? 'polling' : 'websocket'] as ['polling' | 'websocket'];
      for (const dialect of ['canonical', 'colon', 'classic', 'sidebar']) {
        const socket = await enter(
          server,
          mallory,
          { dialect, userId: ann.id },
          { transports, query: { userId: ann.id } },
        );
        const claim = await socket.call('user:connect', { userId: ann.id });
        assert.equal(claim.error?.code, 'forbidden');
        const own = await socket.call('sync', {});
        assert.ok(!JSON.stringify([own, socket.received]).includes(secret.content));
      }
    },
  },
  {
    name: 'metrics are not there unless configured, and documents hold nothing of anybody',
    on: ['REST'],
    async run({ server, ann }) {
      assert.equal((await server.request('GET', '/metrics')).status, 404);
      for (const path of [
        '/api/docs',
        '/api/openapi.json',
        '/api/asyncapi.json',
        '/api/health',
        '/',
        '/api/health/ready',
      ]) {
        const { status, text } = await server.request('GET', path);
        assert.equal(status, 200, path);
        assert.ok(
          !text.includes(ann.username) && !text.includes('mongodb://') && !text.includes('/tmp/'),
          path,
        );
      }
      for (const path of [
        '/.env',
        '/package.json',
        '/src/main.ts',
        '/../package.json',
        '/..%2fpackage.json',
        '/%2e%2e/package.json',
        '/assets/..%5c..%5cpackage.json',
        '/.git/config',
        '/data/jwt-secret',
        '/logs/',
      ]) {
        assert.notEqual((await server.request('GET', path)).status, 200, path);
      }
    },
  },
]);

export const authorisationCases: HostileCase[] = [...foreign, ...asking, ...listening];
