import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countHashesAtOnce, createPasswordService } from '../../src/services/password.service.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { codeOf, createAccountNode, device, prepareAccounts } from './account-services.fixture.js';

let database: TestDatabase;
let node: Awaited<ReturnType<typeof createAccountNode>>;

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareAccounts(database.connection);
  node = await createAccountNode(database.connection);
});
afterAll(() => database.close());

const password = 'correct horse';
const from = (address: string) => ({ ...device, address });

describe('signing in', () => {
  it('takes e-mail address or username, in any case, in any of the three fields', async () => {
    const { user } = await node.signUp('Anna.Login');
    for (const field of ['identifier', 'email', 'username'] as const) {
      for (const value of ['anna.login', 'ANNA.LOGIN', 'anna.login@example.com', 'Anna.Login@EXAMPLE.com']) {
        const result = await node.accounts.login({ [field]: value, password }, device);
        expect(result.user.id).toBe(user.id);
      }
    }
  });

  it('answers an unknown user, a wrong password and a deactivated account alike', async () => {
    const { user } = await node.signUp('deactivated');
    await node.signUp('present');
    await database.connection
      .collection('users')
      .updateOne({ usernameKey: 'deactivated' }, { $set: { isActive: false } });
    const answers = await Promise.all(
      [
        { username: 'nobody', password },
        { username: 'present', password: 'wrong horse' },
        { username: user.username, password },
      ].map((input) =>
        node.accounts.login(input, device).catch((error: Error) => ({ ...error, message: error.message })),
      ),
    );
    expect(answers[0]).toMatchObject({ code: 'invalid_credentials' });
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });

  it('ends a session that was started with a password which was being changed', async () => {
    const { actor, user } = await node.signUp('racer');
    const findPasswordHash = node.users.findPasswordHash;
    // The change comes between the comparison of the old password and the end of the login.
    node.users.findPasswordHash = async (id) => {
      node.users.findPasswordHash = findPasswordHash;
      await node.accounts.changePassword(actor, { currentPassword: password, newPassword: 'battery staple' });
      return findPasswordHash(id);
    };
    expect(await codeOf(node.accounts.login({ username: 'racer', password }, device))).toBe(
      'invalid_credentials',
    );
    expect((await node.sessions.listOf(user.id)).map(({ id }) => id)).toEqual([actor.sessionId]);
  });
});

describe('a login that would be refused for load', () => {
  it('is refused before anything is looked up for it', async () => {
    const passwords = createPasswordService({ key: 'a key', cost: 12, atOnce: 1, waiting: 1 });
    const busy = await createAccountNode(database.connection, { passwords });
    const { findCredentials, findTaken, findPasswordHash } = busy.users;
    let lookups = 0;
    const count = <T extends unknown[], R>(find: (...args: T) => R) => {
      return (...args: T) => {
        lookups += 1;
        return find(...args);
      };
    };
    Object.assign(busy.users, {
      findCredentials: count(findCredentials),
      findTaken: count(findTaken),
      findPasswordHash: count(findPasswordHash),
    });
    const held = Promise.allSettled([passwords.hash(password), passwords.hash(password)]);
    const newcomer = { username: 'newcomer', email: 'newcomer@example.com', password };
    const change = { currentPassword: password, newPassword: 'battery staple' };
    const actor = { userId: '0'.repeat(24), sessionId: '0'.repeat(24), username: 'x' };
    expect(await codeOf(busy.accounts.login({ username: 'x', password }, device))).toBe('server_busy');
    expect(await codeOf(busy.accounts.register(newcomer, device))).toBe('server_busy');
    expect(await codeOf(busy.accounts.changePassword(actor, change))).toBe('server_busy');
    expect(lookups).toBe(0);
    await held;
    // The counter counts: with room again the login looks up whom it is for.
    expect(await codeOf(busy.accounts.login({ username: 'x', password }, device))).toBe(
      'invalid_credentials',
    );
    expect(lookups).toBeGreaterThan(0);
    await passwords.close();
  });
});

describe('guessing', () => {
  it('makes an address wait after ten failures on one identifier, and no other address', async () => {
    await node.signUp('victim');
    const attack = await Promise.all(
      Array.from({ length: 30 }, () =>
        codeOf(node.accounts.login({ username: 'Victim', password: 'guess guess' }, from('198.51.100.1'))),
      ),
    );
    expect(attack.filter((code) => code === 'invalid_credentials')).toHaveLength(10);
    expect(attack.filter((code) => code === 'rate_limited')).toHaveLength(20);
    const right = { username: 'victim', password };
    expect(await codeOf(node.accounts.login(right, from('198.51.100.1')))).toBe('rate_limited');
    expect(await codeOf(node.accounts.login(right, from('203.0.113.7')))).toBeNull();
  });

  it('counts the addresses of one IPv6 subscriber as one', async () => {
    await node.signUp('sixth');
    const codes: (string | null)[] = [];
    for (let host = 1; host <= 11; host += 1) {
      codes.push(
        await codeOf(
          node.accounts.login({ username: 'sixth', password: 'guess guess' }, from(`2001:db8:0:1::${host}`)),
        ),
      );
    }
    expect(codes.slice(0, 10).every((code) => code === 'invalid_credentials')).toBe(true);
    expect(codes[10]).toBe('rate_limited');
    expect(
      await codeOf(node.accounts.login({ username: 'sixth', password }, from('2001:db8:0:2::1'))),
    ).toBeNull();
  });

  it('forgets the failures of an address that succeeds', async () => {
    await node.signUp('forgetful');
    for (let round = 0; round < 3; round += 1) {
      for (let failure = 0; failure < 9; failure += 1) {
        expect(
          await codeOf(node.accounts.login({ username: 'forgetful', password: 'wrong horse' }, device)),
        ).toBe('invalid_credentials');
      }
      expect(await codeOf(node.accounts.login({ username: 'forgetful', password }, device))).toBeNull();
    }
  });

  it('slows strangers down when many addresses fail, but not the owner at a known address', async () => {
    const guarded = await createAccountNode(database.connection, {
      failuresPerAddress: 2,
      failuresOverall: 6,
    });
    await guarded.accounts.register(
      { username: 'owner', email: 'owner@example.com', password },
      from('192.0.2.77'),
    );
    const codes: (string | null)[] = [];
    for (let bot = 1; bot <= 9; bot += 1) {
      codes.push(
        await codeOf(
          guarded.accounts.login({ username: 'owner', password: 'guess guess' }, from(`198.51.100.${bot}`)),
        ),
      );
    }
    // Six fail freely, the next takes the one place for strangers, the others find it taken.
    expect(codes.slice(0, 7).every((code) => code === 'invalid_credentials')).toBe(true);
    expect(codes.slice(7)).toEqual(['rate_limited', 'rate_limited']);
    expect(
      await codeOf(guarded.accounts.login({ username: 'owner', password }, from('192.0.2.77'))),
    ).toBeNull();
    // An unknown name is treated no differently.
    const unknown: (string | null)[] = [];
    for (let bot = 1; bot <= 8; bot += 1) {
      unknown.push(
        await codeOf(guarded.accounts.login({ username: 'nobody', password }, from(`198.51.100.${bot}`))),
      );
    }
    expect(unknown.at(-1)).toBe('rate_limited');
  });

  it('limits guesses of the current password with a stolen session', async () => {
    const { actor } = await node.signUp('stolen');
    const change = { currentPassword: 'guess guess', newPassword: 'battery staple' };
    for (let failure = 0; failure < 10; failure += 1) {
      expect(await codeOf(node.accounts.changePassword(actor, change))).toBe('wrong_password');
    }
    expect(await codeOf(node.accounts.changePassword(actor, { ...change, currentPassword: password }))).toBe(
      'rate_limited',
    );
    const elsewhere = await node.accounts.login({ username: 'stolen', password }, device);
    const own = { ...actor, sessionId: elsewhere.sessionId };
    expect(
      await codeOf(node.accounts.changePassword(own, { ...change, currentPassword: password })),
    ).toBeNull();
  });
});

describe('a password', () => {
  const passwords = createPasswordService({ key: 'a key', cost: 4, atOnce: 1, waiting: 2 });

  it('leaves a core to those who chat, where there is one to leave', () => {
    expect([1, 2, 3, 4, 64].map(countHashesAtOnce)).toEqual([1, 1, 2, 2, 2]);
  });

  it('counts to its last byte, past a NUL and past byte 72', async () => {
    const long = 'x'.repeat(100);
    const hash = await passwords.hash(`${long}a`);
    expect(await passwords.matches(`${long}a`, hash)).toBe(true);
    expect(await passwords.matches(`${long}b`, hash)).toBe(false);
    expect(await passwords.matches('abc\0def', await passwords.hash('abc\0xyz'))).toBe(false);
  });

  it('cannot be compared without the key of the database', async () => {
    const hash = await passwords.hash(password);
    expect(await createPasswordService({ key: 'another key', cost: 4 }).matches(password, hash)).toBe(false);
  });

  it('is refused with server_busy when too many wait', async () => {
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => passwords.hash(password)));
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect((results[3] as PromiseRejectedResult).reason).toMatchObject({
      code: 'server_busy',
      retryAfterSeconds: expect.any(Number),
    });
  });

  it('of nobody takes as long to compare as one of somebody', async () => {
    const slow = createPasswordService({ key: 'a key', cost: 10 });
    const hash = await slow.hash(password);
    const time = async (compared: string | null) => {
      const start = process.cpuUsage();
      expect(await slow.matches('wrong horse', compared)).toBe(false);
      const { user } = process.cpuUsage(start);
      return user;
    };
    const best = async (compared: string | null) =>
      Math.min(await time(compared), await time(compared), await time(compared));
    const [somebody, nobody] = [await best(hash), await best(null)];
    expect(nobody / somebody).toBeGreaterThan(0.5);
    expect(nobody / somebody).toBeLessThan(2);
  });
});
