import { LOBBY_CHAT_ID } from '@parley/protocol';
import { waitUntil } from '../../chaos/rig/pause.js';
import { createCrowd } from '../load/crowd.js';
import { createDeliveryLedger } from '../load/delivery.ledger.js';
import type { WireUser } from '../load/wire.js';
import { formatNumber } from '../report/numbers.js';
import { withProfile } from '../rig/profile.js';
import { type System, startParley } from '../rig/system.js';
import { waitUntilIdle, watchWindow } from '../rig/window.js';
import type { Bench } from './measure.js';
import { noteWindow } from './throughput.measure.js';

/** Messages on their way at once: the next is sent when the one before these has reached everybody. */
const OUTSTANDING = 2;
const CONTENT = 'x'.repeat(80);
const DRAIN_MS = 30_000;

/**
 * One message to everybody in a room: Parley's lobby, which every user is in, and a Socket.IO room. The rate is that of
 * the system's processor time (a delivery costs so many microseconds of it): reading a delivery costs the generator as
 * much as writing it costs the server, so by the clock the generator would be measured.
 */
export async function measureFanOut(bench: Bench): Promise<void> {
  const { fleet, sizes } = bench;
  const { folder, people } = await fleet.population();
  const parley = await fleet.adopt(startParley({ folder }));
  const relay = await fleet.relay();
  for (const members of sizes.fanOut.rooms) {
    await measureRoom(bench, parley, people.slice(0, members + 1));
    if (relay !== undefined) await measureRoom(bench, relay, await relay.makeUsers(members + 1));
  }
  await fleet.dismiss(parley);
}

/** The first of the users speaks. */
async function measureRoom(bench: Bench, system: System, users: readonly WireUser[]): Promise<void> {
  const { figures, fleet, sizes } = bench;
  const members = users.length - 1;
  const room = createRoom(system, users);
  try {
    await room.crowd.add(users);
    await waitUntilIdle(system);
    for (let n = 0; n < sizes.fanOut.windows; n += 1) {
      const before = room.arrived();
      const times = await withProfile(bench.profileFolder, system, `room-${members}`, () =>
        watchWindow(() => room.play(sizes.fanOut.seconds), fleet.watch(system)),
      );
      const deliveries = room.arrived() - before;
      if (!noteWindow(bench, times)) continue;
      const cpu = (times.server + times.engine) / deliveries;
      const of = `to a room of ${members}`;
      const rate = { key: `fanout.${members}`, what: `deliveries ${of}, a second of processor time` };
      figures.add({ ...rate, unit: 'deliveries/s' }, system.name, 1e6 / cpu);
      figures.add(
        { key: `fanout.${members}.cpu`, what: `processor time a delivery ${of}`, unit: 'µs' },
        system.name,
        cpu,
      );
      figures.add(
        { key: `fanout.${members}.clock`, what: `deliveries ${of}, by the clock`, unit: 'deliveries/s' },
        system.name,
        deliveries / times.seconds,
      );
    }
    bench.show(
      `${system.name}, room of ${members}: ${formatNumber(figures.median(`fanout.${members}.cpu`, system.name) ?? Number.NaN)} µs a delivery`,
    );
    figures.addLoad(`room of ${members}`, system.name, room.verdict());
  } finally {
    room.crowd.close();
    await waitUntilIdle(system);
  }
}

/** A room with one who speaks, the first user, and others who listen. */
function createRoom(system: System, users: readonly WireUser[]) {
  // Each listener is to get each message once and in order: as many numbered rows as listeners.
  const ledger = createDeliveryLedger(users.length);
  const acks = createDeliveryLedger(1);
  const run = Math.random().toString(36).slice(2, 8);
  let sent = 0;
  let arrived = 0;
  let refused = 0;
  let trouble: string | undefined;
  let isPlaying = false;

  const listeners = users.length - 1;
  const crowd = createCrowd(system.port, system.wire, {
    onAck(_user, request, ok, text) {
      acks.arrive(0, request);
      if (ok) return;
      refused += 1;
      trouble ??= text.slice(0, 300);
    },
    onMessage(user, text, contentAt) {
      const n = Number(text.slice(contentAt, text.indexOf(' ', contentAt)));
      arrived += 1;
      ledger.arrive(user, n);
      if (isPlaying && sent * listeners - arrived <= (OUTSTANDING - 1) * listeners) send();
    },
    onLost(_user, reason) {
      trouble ??= `a connection was lost: ${reason}`;
    },
  });

  function send(): void {
    sent += 1;
    acks.send(0);
    for (let user = 1; user < users.length; user += 1) ledger.send(user);
    const content = `${sent} ${CONTENT}`;
    crowd.sockets[0]?.send(system.wire.encodeRoomSend(sent, LOBBY_CHAT_ID, content, `${run}-${sent}`));
  }

  return {
    crowd,
    arrived: () => arrived,
    /** Speaks for some seconds and waits until everybody has heard everything. */
    async play(seconds: number): Promise<void> {
      isPlaying = true;
      for (let n = 0; n < OUTSTANDING; n += 1) send();
      const end = performance.now() + seconds * 1_000;
      await waitUntil('the end of the window', () => performance.now() >= end, seconds * 2_000 + 1_000, 20);
      isPlaying = false;
      const isDone = () => ledger.open() <= 0 && acks.open() === 0;
      await waitUntil('the last deliveries', isDone, DRAIN_MS, 5).catch(() => undefined);
    },
    verdict() {
      const { lost, doubled, reordered } = ledger.count();
      return { sent, lost, doubled, reordered, unacked: acks.open(), refused, firstTrouble: trouble };
    },
  };
}
