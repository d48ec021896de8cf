// Parley as the bench measures it: the server of `npm start` in production, with two differences. The rates per user
// are lifted, as a few hundred users stand for many thousands; and the password's cost is low unless logins are what is
// measured, or making ten thousand accounts would take 40 minutes.
import { createLogOutput, readConfig, startServer } from '@parley/server';
import type { SeedOrder } from '../seed/seed.order.js';
import { createSeeder } from '../seed/seeder.js';
import { answerQuestions } from './child.answers.js';
import { PASSWORD, type ParleyOrder, type ParleyReady, type Person } from './parley.order.js';

const order = JSON.parse(process.argv[2] ?? '{}') as ParleyOrder;
const config = readConfig(process.env);
const UNLIMITED = 10_000_000;
const log = await createLogOutput(config);
let seeder: ReturnType<typeof createSeeder> | undefined;
const server = await startServer(config, {
  logger: log.logger,
  // The data of a large installation is made through the server's own stores.
  wrapStores(stores) {
    seeder = createSeeder(stores);
    return stores;
  },
  ...(order.passwordCost !== undefined && { passwordCost: order.passwordCost }),
  limits: {
    messagesPerSecond: UNLIMITED,
    requestsPerSecond: UNLIMITED,
    searchesPerSecond: UNLIMITED,
    typingPerSecond: UNLIMITED,
  },
});

/** Accounts that are made at the same time. */
const AT_ONCE = 16;
/** Another one in each process: several use one database, one after the other. */
const prefix = `bench${process.pid}x`;
let registered = 0;

async function makePeople({ count }: { count: number }): Promise<Person[]> {
  const people: Person[] = [];
  const device = { agent: 'bench', address: '127.0.0.1' };
  const start = registered;
  registered += count;
  let next = 0;
  async function run(): Promise<void> {
    while (next < count) {
      const place = next;
      next += 1;
      const username = `${prefix}${start + place}`;
      const { user, token } = await server.services.accounts.register(
        { username, email: `${username}@example.com`, password: PASSWORD },
        device,
      );
      people[place] = { id: user.id, username, token };
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  return people;
}

/** What a driver needs to reach the same engine. */
function engineUri(): string {
  const [host] = server.database.connection.getClient().options.hosts;
  const address = host?.socketPath ?? `${host?.host}:${host?.port}`;
  return `mongodb://${encodeURIComponent(address)}/?directConnection=true`;
}

const ready: ParleyReady = {
  port: server.port,
  engineUri: engineUri(),
  engineProcessId: server.database.engineProcessId(),
};
answerQuestions(ready, { makePeople, seed: (order: SeedOrder) => seeder?.seed(order) }, async () => {
  await server.close();
  await log.close();
});
