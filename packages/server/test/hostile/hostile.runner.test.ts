import { afterAll, describe, expect, it } from 'vitest';
import { connect } from '../live/live.client.js';
import type { Attack, HostileCase } from './hostile.case.js';
import { createHostileRunner } from './hostile.runner.js';
import type { Harm } from './support/attacked.server.js';
import { checkAnswer } from './support/exchange.js';

// The runner itself: each harm that an attack might do, done on purpose, fails the case.
const runner = createHostileRunner({ isThorough: false, helloWithinMs: 250 });
afterAll(() => runner.close(), 30_000);

const caseOf = (run: HostileCase['run'], more: Partial<HostileCase> = {}): HostileCase => ({
  group: 'defaults at start',
  name: 'under test',
  on: ['REST'],
  run,
  ...more,
});
const reasonOf = async (run: HostileCase['run'], more: Partial<HostileCase> = {}) => {
  const { outcome, reason } = await runner.run(caseOf(run, more), 'REST');
  return outcome === 'failed' ? reason : outcome;
};
const harm =
  (what: Harm) =>
  ({ server }: Attack) =>
    server.harm(what);
const send = ({ server, ann, bob }: Attack) =>
  server.request('POST', '/api/messages/send', { token: ann.token, body: { to: bob.id, content: 'x' } });

describe('a case', () => {
  it('passes when nothing happens', async () => {
    await runner.warm([
      caseOf(() => Promise.resolve()),
      caseOf(() => Promise.resolve(), { server: 'strict' }),
    ]);
    expect(await reasonOf(() => Promise.resolve())).toBe('ok');
  });

  it('fails when the database is another one afterwards, unless that is the stated answer', async () => {
    const write = async (attack: Attack) => void (await send(attack));
    expect(await reasonOf(write)).toMatch(/the database changed: .*messages/);
    expect(await reasonOf(write, { writes: true })).toBe('ok');
    const prepare = async (attack: Attack) => {
      await send(attack);
      await attack.begin();
    };
    expect(await reasonOf(prepare)).toBe('ok');
  });

  it.each([
    ['rejects', /unhandled rejection: .*on purpose/],
    ['throws', /uncaught exception: .*on purpose/],
    ['logs', /logged as an error: .*on purpose/],
    ['tells', /a secret in the log/],
    ['drops', /the neighbour has lost a connection/],
  ] as const)('fails when the server %s', async (what, says) => {
    expect(await reasonOf(harm(what), { server: what === 'drops' ? 'strict' : 'open' })).toMatch(says);
  });

  it('fails when a socket is shown the insides of the server', async () => {
    const shown = ({ server }: Attack) => {
      connect(server).record('error', { message: 'at run (/app/dist/app.js:10:3)' });
      return Promise.resolve();
    };
    expect(await reasonOf(shown)).toMatch(/shows its insides/);
    const internal = ({ server }: Attack) => {
      connect(server).record('error', { code: 'internal' });
      return Promise.resolve();
    };
    expect(await reasonOf(internal)).toMatch(/shows its insides/);
  });

  it('fails when memory stays behind', async () => {
    const before = await runner.weigh();
    expect(await reasonOf(harm('leaks'))).toBe('ok');
    await expect(runner.settle(before)).rejects.toThrow(/MB more than before are held/);
  });

  // These two leave a server that is of no use to others.
  it('fails when the next honest message has to wait', async () => {
    expect(await reasonOf(harm('stalls'))).toMatch(/the next honest message took \d{3,} ms/);
  });

  it('fails when the server ends', async () => {
    const kill = ({ server }: Attack) => Promise.resolve(void server.child.kill('SIGKILL'));
    expect(await reasonOf(kill)).toMatch(/the server under attack ended with SIGKILL/);
  });
});

describe('an answer', () => {
  const answer = { method: 'GET', headers: { 'content-type': 'application/problem+json' } };
  const of = (status: number, body: object) => ({ ...answer, status, body, text: JSON.stringify(body) });

  it('may not have a status of 500 or more, but a refusal for load where one is due', () => {
    expect(() => checkAnswer(of(500, { code: 'internal' }))).toThrow(/answered 500/);
    expect(() => checkAnswer(of(503, { code: 'server_busy' }))).toThrow(/answered 503/);
    checkAnswer(of(503, { code: 'server_busy' }), { mayBeBusy: true });
  });

  it('may show neither a stack nor the names of what the server is made of', () => {
    for (const detail of [
      'Error\n    at f (/app/x.js:1:2)',
      'MongoServerError: E11000',
      '/app/src/main.ts',
    ]) {
      expect(() => checkAnswer(of(400, { code: 'invalid_request', detail }))).toThrow(/insides/);
    }
  });

  it('has a code of the catalogue', () => {
    expect(() => checkAnswer(of(400, { code: 'made_up' }))).toThrow(/no code of the catalogue/);
    checkAnswer(of(400, { code: 'invalid_request' }));
  });
});
