import assert from 'node:assert/strict';
import { limits } from '@parley/protocol';
import { connect, enter, openRaw } from '../../live/live.client.js';
import { type Attack, type HostileCase, inGroup } from '../hostile.case.js';
import { isRefusal, presentToken } from '../support/present.token.js';

/** Origins that are not ours, some of which look so. `https://chat.example.com` is. */
export const foreignOrigins = [
  'https://evil.example',
  'null',
  'https://chat.example.com.evil.example',
  'https://evilchat.example.com',
  'https://chat.example.com:8443',
  'http://chat.example.com',
  'https://chat.example.com@evil.example',
  'https://chat-example.com',
  'https://CHAT.EXAMPLE.COM.',
  'file://',
  'chrome-extension://x',
  'https://chat.example.com/',
  'https://evil.example#https://chat.example.com',
  '*',
  'https://сhat.example.com',
];

/** `strangersPerAddress` of the strict server. */
const STRANGERS = 100;
const BATCH = 25;
const live = ['Socket.IO', 'polling', 'raw WebSocket'] as const;
type WayIn = { transports: ['polling' | 'websocket'] };
const wayOf = ({ transport }: Attack): WayIn => ({
  transports: [transport === 'polling' ? 'polling' : 'websocket'],
});

/** A handshake of a page: an origin, and the user's cookie along with it. Gives `ok` or the refusal. */
async function shakeHands(attack: Attack, headers: Record<string, string>): Promise<string> {
  const { server, transport } = attack;
  if (transport === 'raw WebSocket') {
    const raw = openRaw(server, '/ws', { headers });
    return Promise.race([
      raw.waitFor('history').then(() => 'ok'),
      raw.waitFor('refused').then((status) => `HTTP ${status}`),
      raw.waitFor('close').then(({ code }) => String(code)),
    ]);
  }
  const socket = connect(server, {}, { ...wayOf(attack), extraHeaders: headers });
  return Promise.race([
    socket.waitFor('authenticated').then(() => 'ok'),
    socket.waitFor('connect_error').then(({ data, message }) => data?.code ?? message),
    socket.waitFor('error').then(({ code }) => code),
  ]);
}

export const handshakeCases: HostileCase[] = inGroup('handshake', [
  {
    name: 'the cookie that a foreign page sends along does not authenticate',
    on: live,
    async run(attack) {
      const Cookie = `token=${attack.ann.token}`;
      for (const Origin of ['https://chat.example.com', attack.server.url]) {
        assert.equal(await shakeHands(attack, { Cookie, Origin }), 'ok', Origin);
      }
      for (const Origin of foreignOrigins) {
        // Headers are bytes: a browser would send a name of another script in ASCII.
        const sent = Buffer.from(Origin, 'utf8').toString('latin1');
        const result = await shakeHands(attack, { Cookie, Origin: sent });
        assert.ok(['origin_not_allowed', 'HTTP 403'].includes(result), `${Origin} came to ${result}`);
      }
      const silent = await shakeHands(attack, { Cookie, 'Sec-Fetch-Site': 'cross-site' });
      assert.ok(['origin_not_allowed', 'HTTP 403'].includes(silent), silent);
    },
  },
  {
    name: 'whoever never authenticates is shown out in time',
    on: live,
    server: 'brief',
    async run(attack) {
      const { server, transport } = attack;
      if (transport === 'raw WebSocket') {
        assert.equal((await openRaw(server, '/').waitFor('close')).code, 4401);
        return;
      }
      const socket = connect(server, {}, wayOf(attack));
      assert.equal((await socket.waitFor('error')).code, 'authentication_timeout');
      await socket.waitFor('disconnect');
    },
  },
  {
    name: 'every event before authentication is refused',
    on: ['Socket.IO', 'polling'],
    async run(attack) {
      const { server, secret, bob } = attack;
      const socket = connect(server, {}, wayOf(attack));
      await socket.waitFor('connect');
      for (const [name, payload] of [
        ['send_message', { to: bob.id, content: 'x' }],
        ['message:send', { to: bob.id, text: 'x' }],
        ['sync', {}],
        ['join_chat', secret.chatId],
        ['edit_message', { messageId: secret.messageId, content: 'x' }],
        ['delete_message', { messageId: secret.messageId }],
        ['typing', { to: bob.id, isTyping: true }],
        ['read_receipt', { chatId: secret.chatId }],
        ['update_status', { status: 'away' }],
        ['watch_presence', { userIds: [bob.id] }],
        ['user:connect', { userId: bob.id }],
        ['user:typing', { to: bob.id, isTyping: true }],
        ['nothing', {}],
      ] as const) {
        assert.equal((await socket.call(name, payload)).error.code, 'authentication_required', name);
      }
      assert.deepEqual(
        socket.received.filter(({ name }) => !['connect', 'error'].includes(name)),
        [],
      );
    },
  },
  {
    name: 'frames before and beside a refused token are not heard',
    on: ['raw WebSocket'],
    async run({ server }) {
      const raw = openRaw(server, '/?token=nothing');
      await raw.waitFor('open');
      for (let n = 0; n < 100; n += 1) raw.webSocket.send('{"text":"shout"}', () => undefined);
      assert.equal((await raw.waitFor('close')).code, 4401);
      assert.deepEqual(raw.all('history'), []);
    },
  },
  {
    name: 'connections of one user beyond the limit are refused, and the first ones stay',
    on: live,
    server: 'strict',
    writes: true,
    async run(attack) {
      const { server, transport } = attack;
      const guest = await server.newPerson('guest');
      const open = () =>
        transport === 'raw WebSocket'
          ? openRaw(server, `/?token=${guest.token}`)
          : connect(server, { token: guest.token }, wayOf(attack));
      const settled = transport === 'raw WebSocket' ? 'history' : 'authenticated';
      const kept = Array.from({ length: limits.connectionsPerUser }, open);
      await Promise.all(kept.map((client) => client.waitFor(settled)));
      const result = await presentToken(server, transport, guest.token);
      assert.ok(['too_many_connections', '4429'].includes(result), result);
      assert.deepEqual(
        kept.flatMap((client) => [...client.all('disconnect'), ...client.all('close')]),
        [],
      );
    },
  },
  {
    name: 'connections of one address on which nobody signs in are bounded, and cost other addresses nothing',
    on: live,
    server: 'strict',
    async run(attack) {
      const { server, transport } = attack;
      const from = (address: string) => ({
        ...wayOf(attack),
        extraHeaders: { 'X-Forwarded-For': address },
      });
      const open = (address: string) => connect(server, {}, { ...from(address), transports: ['websocket'] });
      const first = Array.from({ length: STRANGERS }, (_, n) => open(`2001:db8:7:${transport.length}::${n}`));
      await Promise.all(first.map((client) => client.waitFor('connect')));
      const settled = async (address: string) => {
        if (transport === 'raw WebSocket') {
          const raw = openRaw(server, `/?token=${attack.mallory.token}`, {
            headers: { 'X-Forwarded-For': address },
          });
          return Promise.race([raw.waitFor('history').then(() => 'ok'), raw.waitFor('refused')]);
        }
        const socket = connect(server, {}, from(address));
        return Promise.race([
          socket.waitFor('connect').then(() => 'ok'),
          socket.waitFor('connect_error').then(() => 'refused'),
        ]);
      };
      const refusal = transport === 'raw WebSocket' ? 429 : 'refused';
      assert.equal(await settled(`2001:db8:7:${transport.length}:ffff::1`), refusal);
      assert.equal(await settled('2001:db8:8::1'), 'ok');
      // A place is free again once somebody signs in, or leaves.
      await first[0]?.call('authenticate', { token: attack.mallory.token });
      assert.equal(await settled(`2001:db8:7:${transport.length}:ffff::1`), 'ok');
    },
  },
  {
    name: 'of one person’s token and another one’s cookie the token counts, alone',
    on: live,
    async run(attack) {
      const { server, transport, ann, mallory, secret } = attack;
      const Cookie = `token=${ann.token}`;
      if (transport === 'raw WebSocket') {
        const raw = openRaw(server, `/?token=${mallory.token}`, { headers: { Cookie } });
        await raw.waitFor('history');
        const broken = openRaw(server, '/?token=nothing', { headers: { Cookie } });
        assert.equal((await broken.waitFor('close')).code, 4401);
        return;
      }
      const way = { ...wayOf(attack), extraHeaders: { Cookie } };
      const socket = connect(server, { token: mallory.token }, way);
      assert.equal((await socket.waitFor('authenticated')).user.id, mallory.id);
      assert.ok(!JSON.stringify(await socket.call('sync', {})).includes(secret.content));
      const broken = connect(server, { token: 'nothing' }, way);
      assert.equal((await broken.waitFor('connect_error')).data.code, 'invalid_token');
    },
  },
  {
    name: '500 connections that say nothing are nobody’s loss',
    on: live,
    async run(attack) {
      const { server, transport } = attack;
      const count = attack.isThorough ? 500 : 100;
      const settled = transport === 'raw WebSocket' ? 'close' : 'connect';
      // They all stay; in batches, so that a busy machine has time for each of them.
      for (let open = 0; open < count; open += BATCH) {
        const batch = Array.from({ length: BATCH }, () =>
          transport === 'raw WebSocket' ? openRaw(server, '/ws') : connect(server, {}, wayOf(attack)),
        );
        await Promise.all(batch.map((client) => client.waitFor(settled)));
      }
    },
  },
  {
    name: 'the session id of somebody else’s connection is of no use',
    on: ['Socket.IO', 'polling'],
    async run(attack) {
      const { server, ann } = attack;
      const victim = await enter(server, ann, {}, wayOf(attack));
      const sid = victim.socket.io.engine.id;
      for (const path of [
        `/socket.io/?EIO=4&transport=polling&sid=${victim.socket.id}`,
        `/socket.io/?EIO=4&transport=polling&sid=${sid.slice(0, -1)}`,
      ]) {
        const { status } = await server.request('GET', path);
        assert.equal(status, 400);
      }
      const ear = connect(server, { pid: victim.socket.id, offset: sid, sid }, wayOf(attack));
      await ear.waitFor('connect');
      assert.notEqual(ear.socket.recovered, true);
      assert.equal((await ear.call('sync', {})).error.code, 'authentication_required');
      assert.equal((await victim.call('sync', {})).ok, true);
    },
  },
  {
    name: 'a session that already joined takes no other user',
    on: ['Socket.IO', 'polling'],
    async run(attack) {
      const { server, ann, mallory } = attack;
      const socket = await enter(server, mallory, {}, wayOf(attack));
      assert.equal((await socket.call('authenticate', { token: ann.token })).error.code, 'forbidden');
      const own = await socket.call('sync', {});
      assert.ok(!JSON.stringify(own).includes(attack.secret.content));
    },
  },
  {
    name: '1,000 random namespaces are refused and forgotten',
    on: ['Socket.IO', 'polling'],
    async run(attack) {
      const { server } = attack;
      const names = [
        ...['__proto__', 'constructor', '%00', '..', 'admin', '*'],
        ...Array.from({ length: 1_000 }, (_, n) => `ns${n * 7_919}`),
      ];
      const socket = connect(server, {}, wayOf(attack));
      await socket.waitFor('connect');
      const refused = names.map(
        (name) =>
          new Promise<void>((resolve, reject) => {
            const other = socket.socket.io.socket(`/${name}`, { auth: { token: attack.mallory.token } });
            other.once('connect', () => reject(new Error(`there is a namespace ${name}`)));
            other.once('connect_error', () => resolve());
            other.connect();
          }),
      );
      // A server may also close the connection of whoever tries so many.
      await Promise.race([Promise.all(refused), socket.waitFor('disconnect')]);
    },
  },
  {
    name: 'tokens in odd places and forms of the handshake are refused or ignored',
    on: ['Socket.IO', 'polling'],
    async run(attack) {
      const { server, ann, transport } = attack;
      for (const token of [{ $ne: null }, ['x'], 1, true, 'Bearer', 'x'.repeat(5_000), { toString: 'x' }]) {
        const result = await presentToken(server, transport, token as string);
        assert.ok(
          isRefusal(transport, result, 'invalid_token'),
          `${JSON.stringify(token)?.slice(0, 40)} came to ${result}`,
        );
      }
      const byQuery = connect(server, {}, { ...wayOf(attack), query: { userId: ann.id, user: ann.id } });
      await byQuery.waitFor('connect');
      assert.equal((await byQuery.call('sync', {})).error.code, 'authentication_required');
    },
  },
]);
