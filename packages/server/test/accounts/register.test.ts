import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

const john = {
  username: 'john_doe',
  email: 'john@example.com',
  password: 'Password123',
  confirmPassword: 'Password123',
};

describe('registering', () => {
  it('makes the account of the documents, signed in', async () => {
    const { user, token, expiresIn, refreshExpiresIn, sessionId } = await node.accounts.register(
      john,
      device,
    );
    expect(user).toMatchObject({
      username: 'john_doe',
      name: 'john_doe',
      email: 'john@example.com',
      isActive: true,
    });
    expect(user).not.toHaveProperty('passwordHash');
    expect([expiresIn, refreshExpiresIn]).toEqual([7 * 86_400, 30 * 86_400]);
    expect(await node.accounts.authenticate(token)).toEqual({
      userId: user.id,
      sessionId,
      username: 'john_doe',
    });
  });

  it('refuses a taken username and a taken e-mail address in any case', async () => {
    const other = { ...john, username: 'JOHN_Doe', email: 'other@example.com' };
    expect(await codeOf(node.accounts.register(other, device))).toBe('username_taken');
    const again = { ...john, username: 'john2', email: 'John@Example.COM' };
    expect(await codeOf(node.accounts.register(again, device))).toBe('email_taken');
  });

  it('makes one account of twenty equal registrations at once', async () => {
    const input = { username: 'twenty', email: 'twenty@example.com', password: 'Password123' };
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => codeOf(node.accounts.register(input, device))),
    );
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === 'username_taken' || code === 'email_taken')).toHaveLength(19);
    expect(await database.connection.collection('users').countDocuments({ usernameKey: 'twenty' })).toBe(1);
  });

  it('makes a username of the name, numbered when it is taken', async () => {
    const register = (name: string) => node.accounts.register({ name, password: 'Password123' }, device);
    expect((await register('José Núñez')).user).toMatchObject({
      username: 'josenunez',
      name: 'José Núñez',
      email: null,
    });
    const others = await Promise.all(Array.from({ length: 12 }, () => register('José Núñez')));
    const names = others.map(({ user }) => user.username);
    expect(new Set(names).size).toBe(12);
    for (const name of names) expect(name).toMatch(/^josenunez\d+$/);
    expect((await register('张伟')).user.username).toMatch(/^user\d*$/);
  });

  it('needs no e-mail address and keeps the gender, in the dialect that asks so', async () => {
    const input = { fullName: 'Ann Lee', username: 'ann_lee', password: 'Password123', gender: 'female' };
    const { user } = await node.accounts.register(input, device);
    expect(user).toMatchObject({ name: 'Ann Lee', email: null, gender: 'female', profilePicture: '' });
  });

  it('refuses the commonest passwords by exact match, with the path', async () => {
    for (const password of ['password', 'Password1', '12345678', 'qwertyuiop']) {
      const refused = node.accounts.register({ username: `c_${password}`, password }, device);
      await expect(refused).rejects.toMatchObject({
        code: 'invalid_request',
        issues: [{ path: 'password' }],
      });
    }
  });

  it('stores no password in any readable form', async () => {
    const stored = await database.connection.collection('users').findOne({ usernameKey: 'john_doe' });
    expect(stored?.['passwordHash']).toMatch(/^\$2b\$04\$/);
    expect(JSON.stringify(stored)).not.toContain('Password123');
  });
});
