import { LOBBY_CHAT_ID } from '@parley/protocol';
import { pause } from '../rig/pause.js';
import type { Body } from '../wire/rest.client.js';
import { connectSocketIo, type SocketIoClient } from '../wire/socketio.client.js';
import type { Person } from '../workload/people.js';
import { createReplica, type Replica } from '../workload/replica.js';
import { onStage, openChat, type Stage } from './scenario.js';

/** How much of it: `full` is what docs/reliability.md reports, `short` what the tests run. */
export const resumeSettings = {
  full: { clients: 500, users: 100, flaps: 20, awayMs: { from: 100, to: 60_000 }, rate: 40, changes: 10_000 },
  short: { clients: 24, users: 8, flaps: 4, awayMs: { from: 100, to: 800 }, rate: 40, changes: 1_000 },
};

const PAGE = 50;
/** Sends under way at once while the backlog of changes is made. */
const AT_ONCE = 200;
const UNBOUNDED = { messagesPerSecond: 1_000_000, requestsPerSecond: 1_000_000 };

interface Flapper {
  person: Person;
  replica: Replica;
  pages: number;
  largest: number;
}

/** Clients come and go during traffic and are complete each time they are back; a revision from elsewhere is told so. */
export function playResume(setting: (typeof resumeSettings)['full'], seed: number) {
  return onStage({ seed, people: setting.users, limits: UNBOUNDED }, async (stage) => {
    await flap(stage, setting);
    await askFromElsewhere(stage);
    await catchUpAfterAbsence(stage, setting.changes);
  });
}

async function catchUp(socket: SocketIoClient, flapper: Flapper): Promise<void> {
  for (;;) {
    const answer = await socket.call('sync', flapper.replica.question(PAGE));
    if (answer.outcome !== 'ok') throw new Error(`sync ended with ${answer.code}`);
    flapper.pages += 1;
    const size = answer.value.chats.reduce((sum: number, chat: Body) => sum + chat.messages.length, 0);
    flapper.largest = Math.max(flapper.largest, size);
    flapper.replica.applySync(answer.value);
    if (answer.value.more !== true) return;
  }
}

async function flap(
  { port, rest, random, people, expect, show }: Stage,
  setting: (typeof resumeSettings)['full'],
) {
  const { clients, flaps, awayMs, rate } = setting;
  const chats: { chat: string; members: [Person, Person] }[] = [];
  for (let n = 0; n + 1 < people.length; n += 2) {
    const members = [people[n], people[n + 1]] as [Person, Person];
    chats.push({ chat: await openChat(rest, ...members), members });
  }
  let sent = 0;
  const underWay = new Set<Promise<void>>();
  const sendOne = async () => {
    const { chat, members } = random.pick(chats);
    const { token } = random.pick(members);
    sent += 1;
    const body = {
      chatId: random.chance(0.2) ? LOBBY_CHAT_ID : chat,
      content: `${sent}`,
      clientId: `traffic-${sent}`,
    };
    const answer = await rest.call('POST', '/api/messages/send', { token, body });
    if (answer.outcome !== 'ok' || random.chance(0.8)) return;
    const path = `/api/messages/${answer.value.message.id}`;
    if (random.chance(0.3)) await rest.call('DELETE', path, { token });
    else await rest.call('PUT', path, { token, body: { content: `${sent} edited` } });
  };
  const traffic = setInterval(() => {
    const work = sendOne().finally(() => underWay.delete(work));
    underWay.add(work);
  }, 1_000 / rate);
  const flappers: Flapper[] = Array.from({ length: clients }, (_, n) => ({
    person: people[n % people.length] as Person,
    replica: createReplica(),
    pages: 0,
    largest: 0,
  }));
  let incomplete = 0;
  const failures: string[] = [];
  const start = performance.now();
  await Promise.all(
    flappers.map(async (flapper, n) => {
      const own = random.fork(`flapper ${n}`);
      for (let round = 0; round <= flaps; round += 1) {
        // As many absences of a second as of a minute.
        await pause(awayMs.from * (awayMs.to / awayMs.from) ** own.next());
        try {
          const socket = await connectSocketIo({ port, token: flapper.person.token, withinMs: 15_000 });
          await catchUp(socket, flapper);
          await pause(own.between(0, 200));
          socket.cut();
        } catch (error) {
          failures.push((error as Error).message);
        }
      }
    }),
  );
  clearInterval(traffic);
  await Promise.all(underWay);
  const took = performance.now() - start;
  const fresh = new Map<string, Replica>();
  for (const person of people.slice(0, Math.min(clients, people.length))) {
    const replica = createReplica();
    const socket = await connectSocketIo({ port, token: person.token });
    await catchUp(socket, { person, replica, pages: 0, largest: 0 });
    fresh.set(person.id, replica);
    socket.close();
  }
  for (const flapper of flappers) {
    const socket = await connectSocketIo({ port, token: flapper.person.token });
    await catchUp(socket, flapper);
    socket.close();
    if (!isSame(flapper.replica, fresh.get(flapper.person.id) as Replica)) incomplete += 1;
  }
  show('clients', clients);
  show('reconnects', clients * (flaps + 1));
  show('messages sent meanwhile', sent);
  show(
    'sync answers',
    flappers.reduce((sum, { pages }) => sum + pages, 0),
  );
  show('largest answer (messages)', Math.max(...flappers.map(({ largest }) => largest)));
  show('incomplete clients', incomplete);
  show('time', `${Math.round(took / 1_000)} s`);
  expect(incomplete === 0, `${incomplete} clients do not hold what a fresh read gives`);
  expect(failures.length === 0, `${failures.length} comebacks failed: ${failures[0]}`);
  expect(
    flappers.every(({ largest }) => largest <= PAGE),
    `an answer of sync had more than ${PAGE} messages`,
  );
}

function isSame(held: Replica, fresh: Replica): boolean {
  const stateOf = ({ chats }: Replica) =>
    JSON.stringify(
      [...chats]
        .sort()
        .map(([chat, { rev, messages }]) => [
          chat,
          rev,
          [...messages.values()].sort((a, b) => a.seq - b.seq),
        ]),
    );
  return stateOf(held) === stateOf(fresh);
}

/** A revision that this database never had gets `resync`; so does every one under the name of another database. */
async function askFromElsewhere({ rest, people, expect, show }: Stage) {
  const [person] = people as [Person];
  const sync = async (body: object): Promise<Body> => {
    const answer = await rest.call('POST', '/api/sync', { token: person.token, body });
    return answer.outcome === 'ok' ? answer.value : {};
  };
  const partOf = (answer: Body) => answer.chats?.find((part: Body) => part.chatId === LOBBY_CHAT_ID);
  const future = partOf(await sync({ chats: { [LOBBY_CHAT_ID]: 1_000_000 } }));
  const foreign = partOf(await sync({ chats: { [LOBBY_CHAT_ID]: 1 }, epoch: 'another database' }));
  show('a rev from the future', future?.resync === true ? 'resync' : 'NO RESYNC');
  show('a rev of another database', foreign?.resync === true ? 'resync' : 'NO RESYNC');
  expect(future?.resync === true, 'a rev from the future was not answered with resync');
  expect(foreign?.resync === true, 'a rev of another database was not answered with resync');
}

/** Somebody away during thousands of changes gets them by scanning an index, page after page. */
async function catchUpAfterAbsence({ rig, port, rest, people, expect, show }: Stage, changes: number) {
  const [ann, bob] = people as [Person, Person];
  const chat = await openChat(rest, ann, bob);
  const socket = await connectSocketIo({ port, token: bob.token });
  const away: Flapper = { person: bob, replica: createReplica(), pages: 0, largest: 0 };
  await catchUp(socket, away);
  const known = away.replica.chats.get(chat)?.rev ?? 0;
  for (let done = 0; done < changes; done += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, changes - done) }, (_, n) => ({
      chatId: chat,
      content: `change ${done + n}`,
    }));
    await Promise.all(
      batch.map((body) => rest.call('POST', '/api/messages/send', { token: ann.token, body })),
    );
  }
  const before = away.pages;
  const start = performance.now();
  await catchUp(socket, away);
  const took = performance.now() - start;
  socket.close();
  const held = away.replica.chats.get(chat);
  const plan = await rig.server.ask<{
    nReturned: number;
    totalDocsExamined: number;
    totalKeysExamined: number;
  }>({
    ask: 'explain',
    chatId: chat,
    rev: String(known),
    limit: String(PAGE),
  });
  show(`catching up on ${changes} changes`, `${Math.round(took)} ms in ${away.pages - before} answers`);
  show(
    'explain: returned, examined, keys',
    `${plan.nReturned}, ${plan.totalDocsExamined}, ${plan.totalKeysExamined}`,
  );
  expect(
    (held?.rev ?? 0) === known + changes,
    `the client ended at rev ${held?.rev}, not at ${known + changes}`,
  );
  expect(
    plan.totalDocsExamined <= plan.nReturned + 1,
    `${plan.totalDocsExamined} documents examined for ${plan.nReturned} returned`,
  );
}
