import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { io } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeClients, enter } from '../live/live.client.js';
import { type Person, startTestServer, type TestServer } from '../support/test-server.js';

/** The document with the title "chat-app-backend": every endpoint, event and field that it names, and its examples. */
let server: TestServer;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  server = await startTestServer();
  [ann, bob] = [await server.newPerson('ann'), await server.newPerson('bob')];
});
afterEach(closeClients);
afterAll(() => server.close());

const run = promisify(execFile);

describe('the curl examples', () => {
  // Word for word, but for the port (other tests run beside this one) and the placeholders, which are the user's to fill.
  const onThisPort = (example: string) => example.replaceAll('http://localhost:3000', server.url);
  async function curl(example: string) {
    const { stdout } = await run('bash', ['-c', onThisPort(`${example} -s`)]);
    return JSON.parse(stdout);
  }

  it('register, log in and send', async () => {
    const registered = await curl(`curl -X POST http://localhost:3000/api/auth/register \\
  -H "Content-Type: application/json" \\
  -d '{
    "username": "john_doe",
    "email": "john@example.com",
    "password": "Password123",
    "confirmPassword": "Password123"
  }'`);
    expect(registered).toMatchObject({
      user: { username: 'john_doe', email: 'john@example.com' },
      token: expect.any(String),
      refreshToken: expect.any(String),
    });
    const loggedIn = await curl(`curl -X POST http://localhost:3000/api/auth/login \\
  -H "Content-Type: application/json" \\
  -d '{
    "identifier": "john@example.com",
    "password": "Password123"
  }'`);
    expect(loggedIn.user.id).toBe(registered.user.id);
    const sent = await curl(
      `curl -X POST http://localhost:3000/api/messages/send \\
  -H "Content-Type: application/json" \\
  -H "Authorization: Bearer YOUR_JWT_TOKEN" \\
  -d '{
    "to": "RECIPIENT_USER_ID",
    "content": "Hello there!"
  }'`
        .replace('YOUR_JWT_TOKEN', loggedIn.token)
        .replace('RECIPIENT_USER_ID', bob.id),
    );
    expect(sent.message).toMatchObject({
      sender: registered.user.id,
      receiver: bob.id,
      content: 'Hello there!',
    });
  });

  it('the JavaScript example connects, listens, sends and types', async () => {
    const listener = await enter(server, bob);
    const example = `
// Connect to Socket.IO server
const socket = io('http://localhost:3000', {
  auth: {
    token: 'your_jwt_token_here'
  }
});

// Listen for incoming messages
socket.on('new_message', (message) => {
  console.log('New message:', message);
  // Display message in UI
});

// Send message
socket.emit('send_message', {
  to: 'recipient_user_id',
  content: 'Hello there!',
  messageType: 'text'
});

// Typing indicator
let typingTimeout;
function handleTyping() {
  socket.emit('typing', {
    to: 'recipient_user_id',
    isTyping: true
  });
  
  clearTimeout(typingTimeout);
  typingTimeout = setTimeout(() => {
    socket.emit('typing', {
      to: 'recipient_user_id',
      isTyping: false
    });
  }, 1000);
}`
      .replaceAll('http://localhost:3000', server.url)
      .replace('your_jwt_token_here', ann.token)
      .replaceAll('recipient_user_id', bob.id);
    const printed: unknown[][] = [];
    const start = new Function('io', 'console', `${example}\nreturn { socket, handleTyping };`);
    const { socket, handleTyping } = start(io, { log: (...words: unknown[]) => printed.push(words) });
    const message = await listener.waitFor('new_message', ({ content }) => content === 'Hello there!');
    expect(message).toMatchObject({
      messageId: expect.any(String),
      sender: ann.id,
      content: 'Hello there!',
      timestamp: expect.any(String),
    });
    handleTyping();
    await listener.waitFor('typing_status', ({ isTyping }) => isTyping === true);
    await listener.waitFor('typing_status', ({ isTyping }) => isTyping === false);
    await listener.call('send_message', { to: ann.id, content: 'Hello to you' });
    await expect.poll(() => printed.length).toBe(1);
    expect(printed[0]).toMatchObject(['New message:', { content: 'Hello to you' }]);
    socket.disconnect();
  });
});

describe('REST', () => {
  it('refreshes the token, and the old refresh token ends the session', async () => {
    const { body } = await server.request('POST', '/api/auth/login', {
      body: { identifier: bob.username, password: 'Password123' },
    });
    const refreshed = await server.request('POST', '/api/auth/refresh-token', {
      body: { refreshToken: body.refreshToken },
    });
    expect(refreshed).toMatchObject({
      status: 200,
      body: { token: expect.any(String), refreshToken: expect.any(String) },
    });
    const reused = await server.request('POST', '/api/auth/refresh-token', {
      body: { refreshToken: body.refreshToken },
    });
    expect(reused).toMatchObject({ status: 401, body: { code: 'refresh_token_reused' } });
    expect(await server.request('GET', '/api/auth/profile', { token: refreshed.body.token })).toMatchObject({
      status: 401,
      body: { code: 'session_revoked' },
    });
  });

  it('shows and changes the profile', async () => {
    const updated = await server.request('PUT', '/api/auth/profile', {
      token: ann.token,
      body: { bio: 'Hi', name: 'Ann', profilePicture: 'https://example.com/a.png' },
    });
    expect(updated).toMatchObject({
      status: 200,
      body: { user: { bio: 'Hi', name: 'Ann', email: `${ann.username}@example.com` } },
    });
    const { body } = await server.request('GET', '/api/auth/profile', { token: ann.token });
    expect(Object.keys(body.user)).toEqual(
      expect.arrayContaining([
        'username',
        'email',
        'status',
        'lastSeen',
        'profilePicture',
        'bio',
        'isActive',
      ]),
    );
    expect(JSON.stringify(body)).not.toMatch(/password|hash/i);
  });

  it('changes the password, which ends the other sessions, and logs out', async () => {
    const person = await server.newPerson();
    const other = await server.request('POST', '/api/auth/login', {
      body: { email: `${person.username}@example.com`, password: 'Password123' },
    });
    const wrong = await server.request('PUT', '/api/auth/change-password', {
      token: person.token,
      body: { currentPassword: 'nonsense', newPassword: 'Another1234' },
    });
    expect(wrong).toMatchObject({ status: 403, body: { code: 'wrong_password' } });
    const changed = await server.request('PUT', '/api/auth/change-password', {
      token: person.token,
      body: { currentPassword: 'Password123', newPassword: 'Another1234' },
    });
    expect(changed.status).toBe(200);
    expect((await server.request('GET', '/api/auth/profile', { token: other.body.token })).status).toBe(401);
    expect(await server.request('POST', '/api/auth/logout', { token: person.token })).toMatchObject({
      status: 200,
      body: { message: 'Logged out' },
    });
    expect((await server.request('GET', '/api/auth/profile', { token: person.token })).status).toBe(401);
    expect(
      (
        await server.request('POST', '/api/auth/login', {
          body: { username: person.username, password: 'Another1234' },
        })
      ).status,
    ).toBe(200);
  });

  it('walks a message through every endpoint: send, page, chats, search, edit, read, delete', async () => {
    const [one, two] = [await server.newPerson(), await server.newPerson()];
    const get = (path: string, token = two.token) => server.request('GET', path, { token });
    const sent = await server.request('POST', '/api/messages/send', {
      token: one.token,
      body: { to: two.id, content: 'A quick brown fox', messageType: 'text' },
    });
    expect(sent.status).toBe(201);
    expect(sent.body.message).toMatchObject({
      sender: one.id,
      receiver: two.id,
      messageType: 'text',
      isRead: false,
      readAt: null,
      timestamp: expect.any(String),
    });
    const { id, chatId } = sent.body.message;
    expect((await get(`/api/messages/conversation/${one.id}?limit=10`)).body).toMatchObject({
      chatId,
      hasMore: false,
      messages: [{ id, _id: id }],
    });
    expect((await get('/api/messages/chats')).body.chats).toMatchObject([
      {
        id: chatId,
        isGroup: false,
        groupName: null,
        unreadCount: 1,
        lastMessage: { id },
        lastActivity: expect.any(String),
        participants: [{}, {}],
      },
    ]);
    expect((await get('/api/messages/search?q=bro')).body.messages).toMatchObject([{ id }]);
    const edited = await server.request('PUT', `/api/messages/${id}`, {
      token: one.token,
      body: { content: 'A slow fox' },
    });
    expect(edited).toMatchObject({
      status: 200,
      body: { message: { content: 'A slow fox', editedAt: expect.any(String) } },
    });
    const read = await server.request('POST', '/api/messages/mark-read', {
      token: two.token,
      body: { messageIds: [id] },
    });
    expect(read).toMatchObject({ status: 200, body: { chatId, readSeq: 1, unreadCount: 0 } });
    expect((await get(`/api/messages/conversation/${two.id}`, one.token)).body.messages[0]).toMatchObject({
      isRead: true,
      readAt: expect.any(String),
      delivered: true,
    });
    const deleted = await server.request('DELETE', `/api/messages/${id}`, { token: one.token });
    expect(deleted).toMatchObject({
      status: 200,
      body: { message: { id, content: '', deletedAt: expect.any(String) } },
    });
    expect((await get('/api/messages/search?q=slow')).body.messages).toEqual([]);
  });

  it('finds users, and tells whether they are online', async () => {
    const online = await enter(server, bob);
    const get = async (path: string) => (await server.request('GET', path, { token: ann.token })).body;
    expect((await get('/api/users/online')).users.map((user: Person) => user.id)).toContain(bob.id);
    expect((await get(`/api/users/search?q=${bob.username.slice(0, 5)}`)).users).toEqual(
      expect.arrayContaining([expect.objectContaining({ id: bob.id })]),
    );
    const { user } = await get(`/api/users/${bob.id}`);
    expect(user).toMatchObject({ id: bob.id, username: bob.username, status: 'online' });
    expect(user.email).toBeUndefined();
    expect(await get(`/api/users/${bob.id}/status`)).toMatchObject({ userId: bob.id, status: 'online' });
    online.socket.disconnect();
  });
});

describe('Socket.IO', () => {
  it('authenticates by the event authenticate, as an object and as the bare token', async () => {
    const { connect } = await import('../live/live.client.js');
    for (const payload of [{ token: ann.token }, ann.token]) {
      const client = connect(server);
      await client.waitFor('connect');
      client.socket.emit('authenticate', payload);
      expect(await client.waitFor('authenticated')).toMatchObject({ user: { id: ann.id } });
    }
  });

  it('carries every event that the document names', async () => {
    const [one, two] = [await server.newPerson('one'), await server.newPerson('two')];
    const first = await enter(server, one);
    const { chatId } = await first.call('send_message', { to: two.id, content: 'are you there?' });
    expect(await first.waitFor('message_sent')).toMatchObject({
      messageId: expect.any(String),
      chatId,
      timestamp: expect.any(String),
    });
    const second = await enter(server, two);
    expect(await first.waitFor('user_online')).toEqual({
      userId: two.id,
      username: two.username,
      status: 'online',
    });
    expect(await second.call('join_chat', { chatId })).toMatchObject({ ok: true, chatId });
    first.socket.emit('send_message', { to: two.id, content: 'hello', chatId });
    const message = await second.waitFor('new_message', ({ content }) => content === 'hello');
    second.socket.emit('read_receipt', { messageId: message.messageId, chatId });
    expect(await first.waitFor('message_read')).toMatchObject({
      messageId: message.messageId,
      readerId: two.id,
      readAt: expect.any(String),
    });
    second.socket.emit('typing', { to: one.id, isTyping: true });
    expect(await first.waitFor('typing_status')).toMatchObject({
      from: two.id,
      isTyping: true,
      timestamp: expect.any(String),
    });
    second.socket.emit('update_status', { status: 'busy' });
    expect(await first.waitFor('user_status_changed')).toMatchObject({ userId: two.id, status: 'busy' });
    second.socket.emit('send_message', { to: one.id });
    expect(await second.waitFor('error')).toMatchObject({
      code: 'invalid_request',
      message: expect.any(String),
    });
    second.socket.disconnect();
    // After the grace period of 10 s.
    await expect
      .poll(() => first.all('user_offline'), { timeout: 40_000 })
      .toEqual([{ userId: two.id, username: two.username, status: 'offline' }]);
  });
});
