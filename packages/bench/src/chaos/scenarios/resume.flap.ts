import { LOBBY_CHAT_ID } from '@parley/protocol';
import { percentile } from '../report/summary.js';
import { pause } from '../rig/pause.js';
import type { Answer } from '../wire/answer.js';
import type { Body } from '../wire/rest.client.js';
import { connectSocketIo } from '../wire/socketio.client.js';
import type { Person } from '../workload/people.js';
import {
  catchUp,
  createResumingClient,
  FRESH_PAGE,
  isSame,
  PAGE,
  type ResumingClient,
} from './resume.client.js';
import { openChat, type Stage } from './scenario.js';

/** Of the traffic: how often a message is changed, how often deleted among those, and how often somebody reads. */
const CHANGED = 0.2;
const DELETED = 0.3;
const READ = 0.15;
/** The clients come for the first time within this time. */
const START_MS = 2_000;

/** How much coming and going there is. */
export interface FlapSetting {
  clients: number;
  /** Absences of each client. */
  flaps: number;
  awayMs: { from: number; to: number };
  /** Messages and receipts a second. */
  rate: number;
}

interface DirectChat {
  chat: string;
  members: [Person, Person];
}

/** Messages, changes and receipts; keeps how far each chat has been acknowledged. */
function startTraffic({ rest, random }: Stage, chats: readonly DirectChat[], rate: number) {
  const reached = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  let sent = 0;

  async function act(): Promise<void> {
    const { chat, members } = random.pick(chats);
    const { token } = random.pick(members);
    const acknowledge = (answer: Answer<Body>) => {
      if (answer.outcome !== 'ok') return undefined;
      const { id, chatId, rev } = answer.value.message;
      reached.set(chatId, Math.max(reached.get(chatId) ?? 0, rev));
      return id as string;
    };
    if (random.chance(READ)) {
      await rest.call('POST', '/api/messages/mark-read', { token, body: { chatId: chat } });
      return;
    }
    sent += 1;
    const content = `${sent}`;
    const body = {
      chatId: random.chance(0.2) ? LOBBY_CHAT_ID : chat,
      content,
      clientId: `traffic-${sent}`,
    };
    const id = acknowledge(await rest.call('POST', '/api/messages/send', { token, body }));
    if (id === undefined || !random.chance(CHANGED)) return;
    const path = `/api/messages/${id}`;
    if (random.chance(DELETED)) acknowledge(await rest.call('DELETE', path, { token }));
    else acknowledge(await rest.call('PUT', path, { token, body: { content: `${content} edited` } }));
  }

  const timer = setInterval(() => {
    const work = act().finally(() => underWay.delete(work));
    underWay.add(work);
  }, 1_000 / rate);
  return {
    sent: () => sent,
    /** What a sync that begins now has to reach, by chat. */
    due: () => new Map(reached),
    async stop(): Promise<void> {
      clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}

/** Why a client that has just caught up is not complete; undefined when it is. */
function findMissing({ replica }: ResumingClient, due: ReadonlyMap<string, number>): string | undefined {
  for (const [chat, { rev, messages }] of replica.chats) {
    if (rev < (due.get(chat) ?? 0)) return `is at rev ${rev} of ${chat}; ${due.get(chat)} was acknowledged`;
    let last = 0;
    for (const { seq } of messages.values()) last = Math.max(last, seq);
    if (messages.size < last) return `holds ${messages.size} of ${last} messages of ${chat}`;
  }
  return replica.chats.has(LOBBY_CHAT_ID) || !due.has(LOBBY_CHAT_ID) ? undefined : 'does not know the lobby';
}

/** Clients come and go during traffic; each is complete whenever it is back, and in the end. */
export async function flap(stage: Stage, setting: FlapSetting) {
  const { port, rest, random, people, expect, show } = stage;
  const { clients, flaps, awayMs, rate } = setting;
  const chats: DirectChat[] = [];
  for (let n = 0; n + 1 < people.length; n += 2) {
    const members = [people[n], people[n + 1]] as [Person, Person];
    chats.push({ chat: await openChat(rest, ...members), members });
  }
  const traffic = startTraffic(stage, chats, rate);
  const flappers = Array.from({ length: clients }, (_, n) =>
    createResumingClient(people[n % people.length] as Person),
  );
  // From the shortest to the longest, each longer by the same factor; for every client the same ones in another order,
  // so that all are done at about the same time.
  const absences = Array.from(
    { length: flaps },
    (_, n) => awayMs.from * (awayMs.to / awayMs.from) ** (n / Math.max(1, flaps - 1)),
  );
  const failures: string[] = [];
  const caughtUpMs: number[] = [];
  const start = performance.now();
  await Promise.all(
    flappers.map(async (client, n) => {
      const own = random.fork(`client ${n}`);
      for (const absence of [own.between(0, START_MS), ...own.shuffle(absences)]) {
        await pause(absence);
        try {
          const back = performance.now();
          const socket = await connectSocketIo({ port, token: client.person.token, withinMs: 20_000 });
          try {
            const due = traffic.due();
            await catchUp(socket, client);
            caughtUpMs.push(performance.now() - back);
            const missing = findMissing(client, due);
            if (missing !== undefined) failures.push(`client ${n} ${missing}`);
            await pause(own.between(0, 200));
          } finally {
            socket.cut();
          }
        } catch (error) {
          failures.push((error as Error).message);
        }
      }
    }),
  );
  await traffic.stop();
  const took = performance.now() - start;
  const incomplete = await countIncomplete(stage, flappers);
  show('clients', clients);
  show('comebacks', clients * (flaps + 1));
  show('comebacks that were not complete', failures.length);
  show('messages sent meanwhile', traffic.sent());
  show(
    'sync answers',
    flappers.reduce((sum, { pages }) => sum + pages, 0),
  );
  show('largest answer (messages)', Math.max(...flappers.map(({ largest }) => largest)));
  show(
    'connected and caught up, p50 and p99',
    `${Math.round(percentile(caughtUpMs, 0.5))} and ${Math.round(percentile(caughtUpMs, 0.99))} ms`,
  );
  show('clients that differ from a fresh read', incomplete);
  show('time', `${Math.round(took / 1_000)} s`);
  expect(incomplete === 0, `${incomplete} clients do not hold what a fresh read gives`);
  expect(failures.length === 0, `${failures.length} comebacks failed: ${failures[0]}`);
  expect(
    flappers.every(({ largest }) => largest <= PAGE),
    `an answer of sync had more than ${PAGE} messages`,
  );
}

/** With the traffic over, every client comes back once more, beside one of the same user that knew nothing. */
async function countIncomplete(
  { port, people }: Stage,
  flappers: readonly ResumingClient[],
): Promise<number> {
  let incomplete = 0;
  for (const person of people) {
    const socket = await connectSocketIo({ port, token: person.token });
    const fresh = createResumingClient(person);
    await catchUp(socket, fresh, FRESH_PAGE);
    for (const flapper of flappers.filter((one) => one.person === person)) {
      await catchUp(socket, flapper);
      if (!isSame(flapper.replica, fresh.replica)) incomplete += 1;
    }
    socket.close();
  }
  return incomplete;
}
