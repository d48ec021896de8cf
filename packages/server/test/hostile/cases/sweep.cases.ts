import assert from 'node:assert/strict';
import { clientEvents, type Route, routes } from '@parley/protocol';
import { z } from 'zod';
import { classicRoutes } from '../../../src/dialects/classic/classic.schema.js';
import { colonClientEvents } from '../../../src/dialects/colon/colon.events.js';
import { colonRoutes } from '../../../src/dialects/colon/colon.schema.js';
import { sidebarRoutes } from '../../../src/dialects/sidebar/sidebar.schema.js';
import { createRandomSource } from '../fuzz/random.source.js';
import { createSampler } from '../fuzz/schema.sample.js';
import { type Attack, type HostileCase, inGroup } from '../hostile.case.js';
import { askingTransports, createAsker, type Outcome, type Request } from '../support/asker.js';

type AnyRoute = Omit<Route, 'tag'>;

/** How many different requests are made of each endpoint and event for each id, in the long and the short form. */
const SAMPLES = { thorough: 6, short: 3 };

/** Whether the schema has a place for an id; without one, nobody else's thing can be named. */
const namesAnId = (type: z.ZodType | undefined) =>
  type !== undefined &&
  JSON.stringify(z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' })).includes('{24}');

/** Made twice with the same seed, two requests differ in nothing but the id. */
function makeSampler(id: string, seed: number) {
  return createSampler(createRandomSource(seed), () => ({ ids: [id], tokens: ['token'] }));
}

function makeRequest(route: AnyRoute, id: string, seed: number): Request {
  const sample = makeSampler(id, seed);
  const params = (route.params === undefined ? {} : sample(route.params)) as Record<string, string>;
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? id);
  const query = (route.query === undefined ? {} : sample(route.query)) as Record<string, unknown>;
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  const address = pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
  return { rest: [route.method, address, route.body === undefined ? undefined : sample(route.body)] };
}

const NOBODY = 'f'.repeat(24);

/** An answer without the ids that were asked for, and without times. */
function withoutIds(outcome: Outcome | undefined, ...ids: string[]): string {
  let text = JSON.stringify(outcome);
  for (const id of ids) text = text.replaceAll(id, 'id');
  return text.replace(/"(?:lastSeen|lastUsedAt)":"[^"]*"/g, '');
}

/** Asks the same for what is others' and for what is nobody's; the answers must be equal. */
async function expectAlike(attack: Attack, what: string, make: (id: string, seed: number) => Request) {
  const { ann, mallory, secret, isThorough } = attack;
  const samples = isThorough ? SAMPLES.thorough : SAMPLES.short;
  const asker = await createAsker(attack, mallory);
  let understood = 0;
  for (const id of [secret.chatId, secret.messageId, ann.sessionId]) {
    for (let seed = 1; seed <= samples; seed += 1) {
      const theirs = await asker(make(id, seed));
      const none = await asker(make(NOBODY, seed));
      const sent = `${what} ${JSON.stringify(make(id, seed)).slice(0, 300)}`;
      assert.equal(withoutIds(theirs, id), withoutIds(none, NOBODY), sent);
      assert.ok(!JSON.stringify(theirs).includes(secret.content), `${sent} shows what others wrote`);
      if (theirs?.code !== 'invalid_request') understood += 1;
    }
  }
  assert.ok(understood > 0, `no request for ${what} was a good one`);
}

function sweepRoutes(tables: Record<string, AnyRoute>[]): HostileCase['run'] {
  const found = tables
    .flatMap((table) => Object.values(table))
    .filter((route) => [route.params, route.query, route.body].some(namesAnId));
  return async (attack) => {
    for (const route of found) {
      const make = (id: string, seed: number) => makeRequest(route, id, seed);
      await expectAlike(attack, `${route.method} ${route.path}`, make);
    }
    attack.note(`${found.length} endpoints`);
  };
}

const everyEvent: [name: string, payload: z.ZodType][] = [
  ...Object.entries(clientEvents).map(([name, { payload }]): [string, z.ZodType] => [name, payload]),
  ...Object.entries<z.ZodType>(colonClientEvents),
];

/** From the tables of endpoints and events: what comes to them later is swept as well. */
export const sweepCases: HostileCase[] = inGroup('authorisation', [
  {
    name: 'every endpoint that takes an id answers for what is others’ as for what is nobody’s',
    on: ['REST', 'cookie'],
    run: sweepRoutes([routes, classicRoutes, colonRoutes]),
  },
  {
    name: 'so do the endpoints of the sidebar dialect',
    on: ['REST', 'cookie'],
    server: 'sidebar',
    run: sweepRoutes([sidebarRoutes]),
  },
  {
    name: 'every event that takes an id answers for what is others’ as for what is nobody’s',
    on: askingTransports.filter((transport) => transport === 'Socket.IO' || transport === 'polling'),
    async run(attack) {
      const found = everyEvent.filter(([, payload]) => namesAnId(payload));
      for (const [name, payload] of found) {
        await expectAlike(attack, name, (id, seed) => ({ event: [name, makeSampler(id, seed)(payload)] }));
      }
      attack.note(`${found.length} events`);
    },
  },
]);
