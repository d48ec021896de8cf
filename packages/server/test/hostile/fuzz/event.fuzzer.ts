import { clientEvents } from '@parley/protocol';
import { io, type Socket } from 'socket.io-client';
import type { z } from 'zod';
import { colonClientEvents } from '../../../src/dialects/colon/colon.events.js';
import type { Fuzz } from './fuzz.context.js';

const everyEvent = Object.entries<z.ZodType>({
  ...Object.fromEntries(Object.entries(clientEvents).map(([name, { payload }]) => [name, payload])),
  ...colonClientEvents,
});
const oddNames = [
  '',
  'error',
  'disconnect',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(1_000),
  'send_message ',
  'SYNC',
];

/** Events under way at once: fewer than may wait in a connection's inbox. */
const BATCH = 25;
const ACK_MS = 10_000;

/** Emits events with acks, from one connection after the other, until the time is over. */
export async function fuzzEvents(fuzz: Fuzz): Promise<void> {
  const { random, report } = fuzz;
  while (!fuzz.isOver()) {
    const socket = await enter(fuzz);
    for (let batch = 0; batch < 20 && socket.connected && !fuzz.isOver(); batch += 1) {
      await Promise.all(Array.from({ length: BATCH }, () => emit(fuzz, socket)));
      report.events += BATCH;
    }
    // Half say goodbye, half fall silent.
    if (random.chance(0.5)) socket.disconnect();
    else socket.io.engine?.close();
    socket.close();
  }
}

async function enter({ server, random }: Fuzz): Promise<Socket> {
  const person = await server.newPerson('fuzz');
  const dialect = random.pick(['canonical', 'colon', 'classic', 'sidebar']);
  const socket = io(server.url, {
    auth: { token: person.token, dialect },
    forceNew: true,
    reconnection: false,
    transports: [random.pick(['websocket', 'polling'])],
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('connect_error', reject);
  });
  return socket;
}

async function emit(fuzz: Fuzz, socket: Socket): Promise<void> {
  const { random, sample, mutate, report } = fuzz;
  const [known, schema] = random.pick(everyEvent);
  const good = sample(schema);
  const payload = random.chance(0.5) ? mutate(good) : good;
  const name = random.chance(0.05) ? random.pick(oddNames) : known;
  const more = random.chance(0.05) ? [mutate(good), null] : [];
  const startedAt = performance.now();
  try {
    // Names that Socket.IO itself uses are refused by its client before they are sent.
    if (['error', 'disconnect'].includes(name)) return;
    const ack = await socket.timeout(ACK_MS).emitWithAck(name, payload, ...more);
    fuzz.noteTime(performance.now() - startedAt, `event ${name.slice(0, 40)}`);
    const status = ack?.error?.status ?? 200;
    if (ack?.ok === true) report.served.events += 1;
    if (status >= 500)
      report.serverErrors.push(`${status} to ${name} ${JSON.stringify(payload)?.slice(0, 500)}`);
    fuzz.learn(JSON.stringify(ack).slice(0, 2_000));
  } catch {
    // A connection that was ended owes no more acks.
    if (socket.connected) report.unanswered.push(`${name} ${JSON.stringify(payload)?.slice(0, 500)}`);
  }
}
