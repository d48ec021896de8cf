import { limits } from '@parley/protocol';
import type { Connection } from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getOrCreateSetting } from '../../src/models/setting.store.js';
import { userModel } from '../../src/models/user.model.js';
import { createUserStore } from '../../src/models/user.store.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createAccountNode, prepareAccounts } from './account-services.fixture.js';

let database: TestDatabase;
let connection: Connection;

beforeAll(async () => {
  database = await openTestDatabase();
  connection = database.connection;
  await prepareAccounts(connection);
});
afterAll(() => database.close());

describe('a setting', () => {
  it('is made once, whoever asks first, and stays', async () => {
    let made = 0;
    const makeValue = () => {
      made += 1;
      return `value ${made}`;
    };
    const values = await Promise.all(
      Array.from({ length: 20 }, () => getOrCreateSetting(connection, 'once', makeValue)),
    );
    expect(new Set(values).size).toBe(1);
    expect(await getOrCreateSetting(connection, 'once', () => 'another')).toBe(values[0]);
  });
});

describe('the store of users', () => {
  it('finds everything by an index', async () => {
    const { accounts } = await createAccountNode(connection);
    await accounts.register(
      { username: 'indexed', email: 'indexed@example.com', password: 'correct horse' },
      { agent: '', address: '' },
    );
    const users = userModel(connection);
    const plans = {
      username: users.find({ usernameKey: 'indexed' }),
      email: users.find({ email: 'indexed@example.com' }),
      active_username: users.find({ isActive: true, usernameKey: { $gt: 'a' } }).sort({ usernameKey: 1 }),
      search: users.find({ searchKeys: { $elemMatch: { $gte: 'a', $lt: 'b' } } }),
    };
    for (const [index, query] of Object.entries(plans)) {
      const { queryPlanner } = (await query.explain('queryPlanner')) as unknown as {
        queryPlanner: { winningPlan: object };
      };
      const plan = JSON.stringify(queryPlanner.winningPlan);
      expect([index, plan.includes(`"indexName":"${index}"`), /COLLSCAN|"SORT"/.test(plan)]).toEqual([
        index,
        true,
        false,
      ]);
    }
  });

  it('holds both bounds of a prefix to one key', async () => {
    const users = userModel(connection);
    const plan = await users
      .find({ searchKeys: { $elemMatch: { $gte: 'a', $lt: 'b' } } })
      .hint('search')
      .explain('queryPlanner');
    expect(JSON.stringify(plan)).toContain('[\\"a\\", \\"b\\")');
  });

  it('gives no password hash but where it is asked for one', async () => {
    const users = createUserStore(connection);
    const found = await users.findCredentials('indexed');
    expect(found?.passwordHash).toMatch(/^\$2b\$/);
    const seen = [
      found?.user,
      await users.findMany([found?.user.id ?? '']),
      await users.update(found?.user.id ?? '', { bio: 'x' }),
      await users.listActive({ exceptId: '', limit: 10, skip: 0 }),
      await users.searchActive({ q: 'indexed', exceptId: '', limit: 10 }),
    ];
    expect(seen.every((part) => JSON.stringify(part).includes('indexed'))).toBe(true);
    expect(JSON.stringify(seen)).not.toMatch(/\$2b\$|passwordHash|searchKeys|usernameKey|_id/);
  });

  it('passes over as many users as a page may skip', async () => {
    const crowd = Array.from({ length: limits.usersSkipMax }, (_, index) => ({
      username: `a${index}`,
      usernameKey: `a${index}`,
      isActive: true,
    }));
    await connection.collection('users').insertMany(crowd);
    const users = createUserStore(connection);
    const page = await users.listActive({ exceptId: '', limit: 5, skip: limits.usersSkipMax });
    expect(page.map(({ username }) => username)).toEqual(['indexed']);
  });

  it('gives usernames by id', async () => {
    const users = createUserStore(connection);
    const id = (await users.findCredentials('indexed'))?.user.id ?? '';
    expect([...(await users.findUsernames([id, 'no id']))]).toEqual([[id, 'indexed']]);
  });
});
