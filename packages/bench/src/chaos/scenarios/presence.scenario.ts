import { limits } from '@parley/protocol';
import { pause, waitUntil } from '../rig/pause.js';
import { connectSocketIo, type SocketIoClient } from '../wire/socketio.client.js';
import type { Person } from '../workload/people.js';
import { onStage, type Stage } from './scenario.js';

/** A reconnect within `graceMs` is not seen (limits.presenceGraceMs); the short one need not wait for it so long. */
export const presenceSettings = {
  full: {
    users: 500,
    cycles: 100,
    graceMs: limits.presenceGraceMs as number,
    awayMs: 1_500,
    longestMs: 9_000,
  },
  short: { users: 40, cycles: 40, graceMs: 10_000, awayMs: 500, longestMs: 1_500 },
};
type Setting = (typeof presenceSettings)['full'];

const OFFLINE_WITHIN_MS = 30_000;
/** After the grace; a machine that is busy with other tests may be late. */
const PATIENCE_MS = 20_000;

/** Who is shown as online is there: after a crash, over reconnects, with several devices, and after many cycles. */
export function playPresence(setting: Setting, seed: number) {
  const own = { requestsPerSecond: 1_000_000, presenceGraceMs: setting.graceMs };
  return onStage({ seed, people: setting.users + 1, limits: own }, async (stage) => {
    await keepDevicesApart(stage, setting);
    await cycleDevices(stage, setting);
    await killWithEverybodyOnline(stage, setting);
  });
}

async function onlineOf({ rest, people }: Stage): Promise<Set<string>> {
  const { token } = people.at(-1) as Person;
  const answer = await rest.call('GET', '/api/users/online', { token });
  if (answer.outcome !== 'ok') throw new Error(`the list of who is online ended with ${answer.code}`);
  return new Set((answer.value.users as { id: string }[]).map(({ id }) => id));
}

/** A watcher hears of no flicker: not when a device comes back in time, nor when one of two leaves. */
async function keepDevicesApart(
  { port, people, random, expect, show }: Stage,
  { graceMs, awayMs, longestMs }: Setting,
) {
  const [flapper, pair, leaver] = people as [Person, Person, Person];
  const watcher = people.at(-1) as Person;
  const heard: string[] = [];
  const watching = await connectSocketIo({
    port,
    token: watcher.token,
    onEvent: (event, payload) => {
      if (event === 'user_offline' || event === 'user_online') heard.push(`${event} ${payload.userId}`);
    },
  });
  const enter = ({ token }: Person) => connectSocketIo({ port, token });
  await watching.call('watch_presence', { userIds: [flapper.id, pair.id, leaver.id] });
  let device = await enter(flapper);
  const [first, second] = [await enter(pair), await enter(pair)];
  const last = await enter(leaver);
  await waitUntil('three people coming online', () => heard.length >= 3);
  first.close();
  last.close();
  const left = performance.now();
  for (let round = 0; round < 5; round += 1) {
    device.cut();
    await pause(round === 4 ? longestMs : random.between(100, awayMs));
    device = await enter(flapper);
  }
  await waitUntil(
    'the one who left going offline',
    () => heard.includes(`user_offline ${leaver.id}`),
    graceMs + PATIENCE_MS,
  );
  const took = performance.now() - left;
  // The grace of the device that left first has ended as well: it began earlier.
  // Each of the three came online once, and one left: everything else is flicker.
  const seen = new Set<string>();
  const flicker = heard.filter((line) => {
    const isExpected = !seen.has(line) && (line.startsWith('user_online') || line.endsWith(leaver.id));
    seen.add(line);
    return !isExpected;
  });
  show('offline after the last device left', `${Math.round(took)} ms`);
  show('flicker over 5 reconnects and a second device', flicker.length);
  expect(flicker.length === 0, `somebody who was there was shown as gone or coming: ${flicker[0]}`);
  for (const socket of [device, second, watching]) socket.close();
}

/** People come and go with several devices; in the end exactly those with a device are online. */
async function cycleDevices(stage: Stage, { cycles, graceMs }: Setting) {
  const { port, people, random, expect, show } = stage;
  const crowd = people.slice(0, Math.min(40, people.length - 1));
  const devices = new Map<string, SocketIoClient[]>(crowd.map(({ id }) => [id, []]));
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await Promise.all(
      crowd.map(async ({ id, token }) => {
        const own = devices.get(id) as SocketIoClient[];
        if (own.length < 3 && random.chance(0.5)) own.push(await connectSocketIo({ port, token }));
        else if (random.chance(0.5)) own.pop()?.cut();
        else own.pop()?.close();
      }),
    );
  }
  const present = new Set(crowd.filter(({ id }) => devices.get(id)?.length !== 0).map(({ id }) => id));
  const isTrue = async () => {
    const online = await onlineOf(stage);
    return crowd.every(({ id }) => online.has(id) === present.has(id));
  };
  await waitUntil('the truth', isTrue, graceMs + PATIENCE_MS, 250).catch(() => undefined);
  const online = await onlineOf(stage);
  const ghosts = crowd.filter(({ id }) => online.has(id) && !present.has(id)).length;
  const missing = crowd.filter(({ id }) => !online.has(id) && present.has(id)).length;
  show(`ghosts after ${cycles} cycles of ${crowd.length} people`, ghosts);
  show('present and not shown', missing);
  expect(ghosts === 0 && missing === 0, `${ghosts} ghosts, and ${missing} present people not shown`);
  for (const socket of [...devices.values()].flat()) socket.close();
}

/** A crash takes everybody offline; whoever does not come back is not shown. */
async function killWithEverybodyOnline(stage: Stage, { users }: Setting) {
  const { rig, port, people, expect, show } = stage;
  const crowd = people.slice(0, users);
  for (let start = 0; start < crowd.length; start += 50)
    await Promise.all(
      crowd.slice(start, start + 50).map(({ token }) => connectSocketIo({ port, token, withinMs: 15_000 })),
    );
  const before = (await onlineOf(stage)).size;
  const killed = performance.now();
  rig.server.signal('server', 'SIGKILL');
  await rig.server.exited();
  await rig.server.start();
  await waitUntil(
    'everybody being offline',
    async () => (await onlineOf(stage)).size === 0,
    OFFLINE_WITHIN_MS,
  );
  const took = performance.now() - killed;
  show('online before the kill', before);
  show('all offline after the kill', `${Math.round(took)} ms`);
  expect(before === users, `${before} of ${users} were shown as online`);
  expect(took <= OFFLINE_WITHIN_MS, `it took ${Math.round(took)} ms`);
}
