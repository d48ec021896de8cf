import { pause, waitUntil } from '../rig/pause.js';
import type { Answer } from '../wire/answer.js';
import type { Body } from '../wire/rest.client.js';
import { connectSocketIo } from '../wire/socketio.client.js';
import type { Person } from '../workload/people.js';
import { catchUp, createResumingClient, FRESH_PAGE, isSame, PAGE } from './resume.client.js';
import { openChat, type Stage } from './scenario.js';

/** Changes under way at once while they are made. */
const AT_ONCE = 200;
/** Of the changes; the others are deletions. */
const BACKLOG = { sends: 0.7, edits: 0.25 };
/** The database is taken to be at rest when it has read nothing for so long. */
const SETTLED_MS = 2_000;
const LOOK_MS = 250;

/** What the database has read since its start (server.child.ts). */
interface Scanned {
  keys: number;
  documents: number;
  returned: number;
}

interface Plan {
  nReturned: number;
  totalDocsExamined: number;
  totalKeysExamined: number;
}

/** Somebody away during thousands of changes gets them by scanning an index, page after page. */
export async function catchUpAfterAbsence(stage: Stage, changes: number) {
  const { rig, port, rest, people, expect, show } = stage;
  const [ann, bob] = people as [Person, Person];
  const chat = await openChat(rest, ann, bob);
  const socket = await connectSocketIo({ port, token: bob.token });
  const away = createResumingClient(bob);
  await catchUp(socket, away);
  const known = away.replica.chats.get(chat)?.rev ?? 0;
  const made = await makeChanges(stage, ann, chat, changes);
  const scannedOf = () => rig.server.ask<Scanned>({ ask: 'scanned' });
  // Lists, receipts and the index of words follow a moment later; what they read is not the question.
  let before = await scannedOf();
  let quietMs = 0;
  await waitUntil('the end of what follows the changes', async () => {
    await pause(LOOK_MS);
    const last = before;
    before = await scannedOf();
    const isQuiet = before.documents === last.documents && before.keys === last.keys;
    quietMs = isQuiet ? quietMs + LOOK_MS : 0;
    return quietMs >= SETTLED_MS;
  });
  const pages = away.pages;
  const start = performance.now();
  await catchUp(socket, away);
  const took = performance.now() - start;
  const after = await scannedOf();
  const answers = away.pages - pages;
  const fresh = createResumingClient(bob);
  await catchUp(socket, fresh, FRESH_PAGE);
  socket.close();
  const held = away.replica.chats.get(chat);
  const examined = after.documents - before.documents;
  const returned = after.returned - before.returned;
  const ask = { ask: 'explain', chatId: chat, rev: String(known), limit: String(PAGE) };
  const plan = await rig.server.ask<Plan>(ask);
  show(`catching up on ${changes} changes`, `${Math.round(took)} ms in ${answers} answers`);
  show('documents examined and returned, all queries', `${examined} and ${returned}`);
  show(
    'explain of one: returned, examined, keys',
    `${plan.nReturned}, ${plan.totalDocsExamined}, ${plan.totalKeysExamined}`,
  );
  expect(made === changes, `${changes - made} changes were not acknowledged`);
  expect((held?.rev ?? 0) === known + made, `the client ended at rev ${held?.rev}, not at ${known + made}`);
  expect(isSame(away.replica, fresh.replica), 'the client does not hold what a fresh read gives');
  expect(
    plan.totalDocsExamined <= plan.nReturned + 1,
    `${plan.totalDocsExamined} documents examined for ${plan.nReturned} returned`,
  );
  expect(
    examined <= returned + answers,
    `${answers} answers examined ${examined} documents for ${returned} returned`,
  );
}

/** New messages, edits and deletions of one sender; returns how many were acknowledged. */
async function makeChanges({ rest, random }: Stage, { token }: Person, chat: string, changes: number) {
  const ids: string[] = [];
  let made = 0;
  const acknowledge = (answer: Answer<Body>) => {
    if (answer.outcome === 'ok') made += 1;
    return answer.outcome === 'ok' ? (answer.value.message.id as string) : undefined;
  };
  for (let done = 0; done < changes; done += AT_ONCE) {
    const count = Math.min(AT_ONCE, changes - done);
    const sends = Math.ceil(count * BACKLOG.sends);
    const edits = Math.floor(count * BACKLOG.edits);
    const sending = Array.from({ length: sends }, async (_, n) => {
      const body = { chatId: chat, content: `change ${done + n}` };
      const id = acknowledge(await rest.call('POST', '/api/messages/send', { token, body }));
      if (id !== undefined) ids.push(id);
    });
    await Promise.all(sending);
    const chosen = random.shuffle(ids).slice(0, count - sends);
    await Promise.all(
      chosen.map(async (id, n) => {
        const path = `/api/messages/${id}`;
        const body = { content: `changed ${done + n}` };
        if (n < edits) acknowledge(await rest.call('PUT', path, { token, body }));
        else {
          ids.splice(ids.indexOf(id), 1);
          acknowledge(await rest.call('DELETE', path, { token }));
        }
      }),
    );
  }
  return made;
}
