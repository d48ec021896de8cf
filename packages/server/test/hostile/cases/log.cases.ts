import assert from 'node:assert/strict';
import { enter } from '../../live/live.client.js';
import { type Attack, type HostileCase, inGroup } from '../hostile.case.js';
import { PASSWORD } from '../support/attacked.server.js';
import { openWire } from '../support/wire.client.js';

/** Controls that HTTP lets through in a header: C1, with the one that begins an escape sequence, and Unicode's breaks. */
const nasty = 'x\u009b2J\u0085\u2028\u202e{"level":60,"msg":"forged"}';
/** In a path everything can stand, percent-encoded. */
const nastyPath = encodeURIComponent(`${nasty}\r\n\u001b]0;owned\u0007\u0000`);

/** Sends a request as bytes: no client sends these. */
async function speak({ server, transport }: Attack, token: string): Promise<void> {
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
  const [path, more] = {
    REST: [`/nothing/${nastyPath}`, `Authorization: Bearer ${token}\r\n`],
    polling: [`/socket.io/?EIO=4&transport=${nastyPath}`, ''],
    'Socket.IO': [`/socket.io/?EIO=4&transport=websocket&sid=${nastyPath}`, upgrade],
    'raw WebSocket': [`/ws?token=${nastyPath}`, upgrade],
  }[transport as 'REST'];
  const headers = `User-Agent: ${nasty}\r\nX-Request-Id: ${nasty}\r\nX-Forwarded-For: ${nasty}\r\nReferer: ${nasty}\r\n`;
  const wire = await openWire(server.port);
  await wire.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${more}${headers}\r\n`);
  await wire.until((all) => all.includes('\r\n\r\n'), 'answer');
}

function expectCleanLines(lines: string[]): void {
  for (const line of lines) {
    assert.equal(line.trimEnd().split('\n').length, 1);
    assert.ok(!/[\p{Cc}\u2028\u2029\u202e]/u.test(line.trimEnd()), JSON.stringify(line));
    assert.notEqual(JSON.parse(line).msg, 'forged');
  }
}

export const logCases: HostileCase[] = inGroup('injection and types', [
  {
    name: 'line breaks and escape codes in paths, agents, addresses and request ids stay within one line of the log',
    on: ['REST', 'polling', 'Socket.IO', 'raw WebSocket'],
    async run(attack) {
      const { server, mallory } = attack;
      await server.lines();
      await speak(attack, mallory.token);
      const lines = await server.lines();
      // A raw connection that is refused is no line at all.
      assert.ok(lines.length > 0 || attack.transport === 'raw WebSocket', 'it was logged');
      expectCleanLines(lines);
    },
  },
  {
    name: 'an agent signs in with its controls, and is shown in the list of devices without them',
    on: ['REST'],
    writes: true,
    async run({ server, ann }) {
      const wire = await openWire(server.port);
      const body = JSON.stringify({ username: ann.username, password: PASSWORD });
      await wire.write(
        `POST /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nUser-Agent: ${nasty}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      );
      await wire.ended();
      assert.match(wire.received().toString('latin1'), /^HTTP\/1\.1 200/);
      const sessions = await server.request('GET', '/api/auth/sessions', { token: ann.token });
      assert.ok(!/\p{Cc}/u.test(sessions.text), JSON.stringify(sessions.text));
    },
  },
  {
    name: 'a connection’s own id, which would let others read along, is in no line of the log',
    on: ['Socket.IO', 'polling'],
    async run({ server, ann, transport }) {
      await server.lines();
      const transports = [transport === 'polling' ? 'polling' : 'websocket'] as ['polling' | 'websocket'];
      const client = await enter(server, ann, {}, { transports });
      const sid = client.socket.io.engine.id;
      await client.call('nothing', {});
      await server.request('GET', `/socket.io/?EIO=4&transport=nothing&sid=${sid}`);
      client.socket.disconnect();
      await server.request('GET', '/nothing');
      const lines = await server.lines();
      assert.ok(lines.length > 0 && !lines.some((line) => line.includes(sid)), 'the id is in the log');
    },
  },
]);
