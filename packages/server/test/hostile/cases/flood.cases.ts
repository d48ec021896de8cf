import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { type HostileCase, inGroup } from '../hostile.case.js';
import { floodWithLogins } from '../support/login-flood.js';
import { bringNeighbour, type Neighbour } from '../support/neighbour.js';

const LOGINS_PER_SECOND = 200;
/** So many pairs chat meanwhile, each at three quarters of what one may say. */
const PAIRS = 4;
const MESSAGE_PAUSE_MS = 65;
/** Issue 5: the 99th percentile under the flood against the one without; below the floor nobody notices either. */
const WORSE_AT_MOST = 2;
const UNNOTICED_MS = 50;

/** How those who chat fare until it is over: the 99th percentile of their acks, in milliseconds. */
async function chatUntil(neighbours: Neighbour[], isOver: () => boolean) {
  const times: number[] = [];
  await Promise.all(
    neighbours.map(async (neighbour) => {
      while (!isOver()) {
        times.push(await neighbour.sayHello('Socket.IO'));
        await pause(MESSAGE_PAUSE_MS);
      }
    }),
  );
  times.sort((a, b) => a - b);
  return { p99Ms: times[Math.floor(times.length * 0.99)] ?? 0, count: times.length };
}

export const floodCases: HostileCase[] = inGroup('resources', [
  {
    name: '200 bad logins a second leave those who chat alone',
    on: ['REST'],
    server: 'strict',
    writes: true,
    async run(attack) {
      const { server, isThorough } = attack;
      // They are there before: whoever signs in during the flood may be told to wait.
      const hearer = await server.newPerson('hearer');
      const neighbours: Neighbour[] = [];
      while (neighbours.length < PAIRS) {
        neighbours.push(await bringNeighbour(server, await server.newPerson('speaker'), hearer.id));
      }
      const calmUntil = performance.now() + (isThorough ? 20 : 1) * 1_000;
      const calm = await chatUntil(neighbours, () => performance.now() > calmUntil);
      await server.delay();
      let isOver = false;
      const order = { url: server.url, perSecond: LOGINS_PER_SECOND, seconds: isThorough ? 60 : 3 };
      const flood = floodWithLogins(order).finally(() => {
        isOver = true;
      });
      const [chat, { wrong, busy, perSecond, errors }] = await Promise.all([
        chatUntil(neighbours, () => isOver),
        flood,
      ]);
      const delay = await server.delay();
      for (const neighbour of neighbours) neighbour.leave();
      attack.note(
        `${Math.round(perSecond)} logins a second: ${wrong} answered, ${busy} refused for load; ` +
          `event loop p99 ${delay.p99Ms.toFixed(0)} ms, longest ${delay.maxMs.toFixed(0)} ms`,
      );
      attack.note(
        `message p99 ${chat.p99Ms.toFixed(1)} ms of ${chat.count}; ${calm.p99Ms.toFixed(1)} ms of ${calm.count} before ` +
          `(${(chat.p99Ms / calm.p99Ms).toFixed(2)} times)`,
      );
      assert.deepEqual(errors, []);
      assert.ok(wrong > 0 && perSecond > LOGINS_PER_SECOND / 2, 'there was a flood');
      if (isThorough) {
        const allowedMs = Math.max(WORSE_AT_MOST * calm.p99Ms, UNNOTICED_MS);
        assert.ok(chat.p99Ms <= allowedMs, `message p99 ${chat.p99Ms.toFixed(1)} ms`);
      }
    },
  },
]);
