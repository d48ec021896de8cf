import { LOBBY_CHAT_ID } from '@parley/protocol';
import type { Body } from '../wire/rest.client.js';
import type { Person } from '../workload/people.js';
import { catchUpAfterAbsence } from './resume.absence.js';
import { flap } from './resume.flap.js';
import { onStage, type Stage } from './scenario.js';

/** How much of it: `full` is what docs/reliability.md reports, `short` what the tests run. */
export const resumeSettings = {
  full: { clients: 500, users: 100, flaps: 20, awayMs: { from: 100, to: 60_000 }, rate: 40, changes: 10_000 },
  short: { clients: 24, users: 8, flaps: 4, awayMs: { from: 100, to: 800 }, rate: 40, changes: 1_000 },
};

const UNBOUNDED = { messagesPerSecond: 1_000_000, requestsPerSecond: 1_000_000 };

/** Clients come and go during traffic and are complete each time they are back; a revision from elsewhere is told so. */
export function playResume(setting: (typeof resumeSettings)['full'], seed: number) {
  return onStage({ seed, people: setting.users, limits: UNBOUNDED }, async (stage) => {
    await flap(stage, setting);
    await askFromElsewhere(stage);
    await catchUpAfterAbsence(stage, setting.changes);
  });
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
