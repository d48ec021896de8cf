// Parley as the bench measures it: the server of `npm start`, with two differences. The rates per user are lifted, as
// a few hundred users stand for many thousands; and the password's cost is low unless the rate of logins is what is
// measured, or making ten thousand accounts would take 40 minutes.
import { readConfig, startServer } from '@parley/server';
import { answerQuestions } from './child.answers.js';
import type { ParleyOrder, ParleyReady, Person } from './parley.order.js';

const order = JSON.parse(process.argv[2] ?? '{}') as ParleyOrder;
const config = readConfig(process.env);
const UNLIMITED = 10_000_000;
const server = await startServer(config, {
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
      const username = `bench${start + place}`;
      const { user, token } = await server.services.accounts.register(
        { username, email: `${username}@example.com`, password: 'Password123' },
        device,
      );
      people[place] = { id: user.id, token };
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
answerQuestions(ready, { makePeople }, () => server.close());
