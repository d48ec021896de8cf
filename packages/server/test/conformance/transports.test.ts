import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest';
import { closeClients } from '../live/live.client.js';
import { type Person, startTestServer, type TestServer } from '../support/test-server.js';
import { sendCases } from './send.cases.js';
import { transports } from './transport.driver.js';

let server: TestServer;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  server = await startTestServer();
});
beforeEach(async () => {
  [ann, bob] = [await server.newPerson('ann'), await server.newPerson('bob')];
});
afterEach(closeClients);
afterAll(() => server.close());

describe.each(transports)('sending over $name', (transport) => {
  for (const { title, run } of sendCases.filter(({ needsChats }) => !needsChats || transport.namesChats)) {
    it(title, () => run({ server, transport, ann, bob }));
  }
});
