import { clientEvents, lobbyFrame } from '@parley/protocol';
import type { Attack, Member } from '../hostile.case.js';
import { encodeFrame, type WireSocket } from '../support/wire.client.js';
import { enterByWire } from '../support/wire.entry.js';
import type { Fuzz } from './fuzz.context.js';

const FRAMES_PER_CONNECTION = 60;
const GOODBYE_MS = 10_000;

/** Sends frames byte by byte to both live transports until the time is over. */
export async function fuzzFrames(fuzz: Fuzz): Promise<void> {
  const { random, server, report } = fuzz;
  let person = await server.newPerson('fuzz');
  while (!fuzz.isOver()) {
    const transport = random.pick(['raw WebSocket', 'Socket.IO'] as const);
    const wire = await enterByWire({ server, transport } as Attack, person);
    let sent = 0;
    while (sent < FRAMES_PER_CONNECTION && !wire.socket.destroyed && !fuzz.isOver()) {
      await wire.write(makeFrame(fuzz, transport, person));
      sent += 1;
    }
    report.frames += sent;
    await sayGoodbye(fuzz, wire);
    if (random.chance(0.1)) person = await server.newPerson('fuzz');
  }
}

function makeFrame(fuzz: Fuzz, transport: 'raw WebSocket' | 'Socket.IO', { id }: Member): Buffer {
  const { random, mutateText } = fuzz;
  let text = transport === 'raw WebSocket' ? makeLobbyText(fuzz) : makePacket(fuzz, id);
  if (random.chance(0.3)) text = mutateText(text);
  const frame = encodeFrame({
    payload: text,
    ...(random.chance(0.01) && { opcode: random.int(16) }),
    ...(random.chance(0.01) && { isFinal: false }),
    ...(random.chance(0.005) && { isMasked: false }),
    ...(random.chance(0.005) && { reserved: random.int(8) }),
    ...(random.chance(0.005) && { claimedLength: random.int(200_000) }),
  });
  if (random.chance(0.02)) frame[random.int(frame.length)] = random.int(256);
  return frame;
}

function makeLobbyText({ random, sample, mutate }: Fuzz): string {
  const good = sample(lobbyFrame);
  return JSON.stringify(random.chance(0.4) ? mutate(good) : good) ?? 'plain text';
}

/** Socket.IO packets of every type, most of them events. */
function makePacket({ random, sample, mutate }: Fuzz, id: string): string {
  const [name, { payload }] = random.pick(Object.entries(clientEvents));
  const good = sample(payload);
  const event = JSON.stringify([name, random.chance(0.5) ? mutate(good) : good]);
  if (random.chance(0.9)) return `42${random.chance(0.5) ? random.int(1_000) : ''}${event}`;
  return random.pick([
    `43${random.int(100)}${event}`,
    `45${random.int(3)}-${event}`,
    `42/${id},${event}`,
    `40/${id},{}`,
    '41',
    '2',
    '3',
    '5',
    '6',
    `4${random.int(10)}${event}`,
  ]);
}

/** The server must end the connection that was asked to end, or have ended it already. */
async function sayGoodbye({ report }: Fuzz, wire: WireSocket): Promise<void> {
  const isGone = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), GOODBYE_MS);
    wire.ended().then(
      () => {
        clearTimeout(timer);
        resolve(true);
      },
      () => undefined,
    );
  });
  await wire.write(encodeFrame({ opcode: 8, payload: Buffer.from([0x03, 0xe8]) }));
  wire.socket.end();
  if (!(await isGone)) report.unanswered.push('a close frame');
  wire.socket.destroy();
}
