import type { PresenceStatus } from '@parley/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { codeOf, createAccountNode, device, prepareAccounts } from './account-services.fixture.js';

let database: TestDatabase;
let node: Awaited<ReturnType<typeof createAccountNode>>;
let me: Awaited<ReturnType<typeof node.signUp>>;
const present = new Map<string, { status: PresenceStatus; lastSeen: Date | null }>();
const names = ['ann', 'Ben', 'carl.b', 'dora_c', 'Émile Zola', 'Ann-Marie Lee', '张伟', 'x(y', 'a.*'];
const idOf = new Map<string, string>();

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareAccounts(database.connection);
  node = await createAccountNode(database.connection, {
    presence: {
      statusOf: (userId) => present.get(userId) ?? { status: 'offline', lastSeen: null },
      onlineUserIds: () => [...present].filter(([, { status }]) => status !== 'offline').map(([id]) => id),
    },
  });
  me = await node.signUp('me.myself');
  for (const [index, name] of names.entries()) {
    const { user } = await node.accounts.register(
      { username: `u${index}`, name, email: `secret${index}@example.com`, password: 'correct horse' },
      device,
    );
    idOf.set(name, user.id);
  }
});
afterAll(() => database.close());

const search = async (q: string, limit = 20) =>
  (await node.directory.search(me.actor, q, limit)).map(({ user }) => user.name);

describe('the list of users', () => {
  it('is everyone but me by username, with skip', async () => {
    const page = await node.directory.list(me.actor, { limit: 50, skip: 0 });
    expect(page.users.map(({ user }) => user.username)).toEqual(names.map((_, index) => `u${index}`));
    expect(page.total).toBe(names.length);
    expect(page.nextCursor).toBeUndefined();
    const skipped = await node.directory.list(me.actor, { limit: 2, skip: 3 });
    expect(skipped.users.map(({ user }) => user.username)).toEqual(['u3', 'u4']);
  });

  it('can be walked by cursor, each user once', async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await node.directory.list(me.actor, { limit: 4, skip: 0, cursor });
      seen.push(...page.users.map(({ user }) => user.username));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(names.map((_, index) => `u${index}`));
  });

  it('refuses a forged cursor', async () => {
    const encoded = (text: string) => Buffer.from(text).toString('base64url');
    for (const cursor of [
      '',
      'x',
      'u3',
      encoded('u3'),
      encoded('after:'),
      encoded('after:{"$gt":""}'),
      encoded('after:U3'),
      `${encoded('after:u3')}=`,
    ]) {
      const page = node.directory.list(me.actor, { limit: 2, skip: 0, cursor });
      await expect(page).rejects.toMatchObject({ code: 'invalid_request', issues: [{ path: 'cursor' }] });
    }
  });

  it('leaves deactivated accounts out', async () => {
    const { user } = await node.signUp('zz_inactive');
    await database.connection
      .collection('users')
      .updateOne({ usernameKey: 'zz_inactive' }, { $set: { isActive: false } });
    const page = await node.directory.list(me.actor, { limit: 50, skip: 0 });
    expect([page.users.some((view) => view.user.id === user.id), page.total]).toEqual([false, names.length]);
    expect(await search('zz_inactive')).toEqual([]);
  });
});

describe('the search for users', () => {
  it('finds by the beginning of username, name, and words of the name', async () => {
    expect(await search('U1')).toEqual(['Ben']);
    expect(await search('ann')).toEqual(['ann', 'Ann-Marie Lee']);
    expect(await search('lee')).toEqual(['Ann-Marie Lee']);
    expect(await search('marie L')).toEqual(['Ann-Marie Lee']);
    expect(await search('émile')).toEqual(['Émile Zola']);
    expect(await search('ÉMILE  ZO')).toEqual(['Émile Zola']);
    expect(await search('张')).toEqual(['张伟']);
    expect(await search('nn')).toEqual([]);
  });

  it('takes the query as text, never as a pattern', async () => {
    expect(await search('.*')).toEqual([]);
    expect(await search('a.*')).toEqual(['a.*']);
    expect(await search('x(')).toEqual(['x(y']);
    expect(await search('$')).toEqual([]);
    expect(await search('\\')).toEqual([]);
    expect(await search(' ')).toEqual([]);
  });

  it('never finds by e-mail address, nor the one who asks', async () => {
    expect(await search('secret')).toEqual([]);
    expect(await search('me.my')).toEqual([]);
  });

  it('finds by the new name after a change, and by the old one no longer', async () => {
    const { actor } = await node.signUp('before_change');
    await node.accounts.updateProfile(actor, { name: 'Quentin Quark' });
    await node.accounts.updateProfile(actor, { username: 'after_change' });
    expect(await search('quark')).toEqual(['Quentin Quark']);
    expect(await search('after_ch')).toEqual(['Quentin Quark']);
    expect(await search('before_ch')).toEqual([]);
  });

  it('finds by username and name when both were changed at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { actor } = await node.signUp();
      const [username, name] = [`vera${round}`, `Wanda${round}`];
      await Promise.all([
        node.accounts.updateProfile(actor, { username }),
        node.accounts.updateProfile(actor, { name }),
      ]);
      expect([await search(username), await search(name)]).toEqual([[name], [name]]);
    }
  });

  it('gives no more than the limit', async () => {
    expect(await search('u', 3)).toHaveLength(3);
  });
});

describe('a user as others see it', () => {
  it('has no e-mail address anywhere', async () => {
    const ann = idOf.get('ann') ?? '';
    present.set(ann, { status: 'online', lastSeen: null });
    const seen = [
      await node.directory.list(me.actor, { limit: 50, skip: 0 }),
      await node.directory.search(me.actor, 'ann', 20),
      await node.directory.online(me.actor),
      await node.directory.get(ann),
      [...(await node.directory.getMany([...idOf.values()]))],
      await node.userCache.find(ann),
    ];
    present.clear();
    expect(JSON.stringify(seen)).not.toContain('example.com');
  });

  it('is what presence says, and what storage says where presence does not know', async () => {
    const [ann, ben] = [idOf.get('ann') ?? '', idOf.get('Ben') ?? ''];
    const stored = new Date('2026-11-01T00:00:00.000Z');
    const known = new Date('2026-11-02T00:00:00.000Z');
    await node.userCache.touchLastSeen(
      new Map([
        [ann, stored],
        [ben, stored],
      ]),
    );
    present.set(ann, { status: 'busy', lastSeen: null }).set(ben, { status: 'offline', lastSeen: known });
    expect(await node.directory.get(ann)).toMatchObject({ status: 'busy', lastSeen: null });
    expect(await node.directory.get(ben)).toMatchObject({ status: 'offline', lastSeen: known });
    present.clear();
    expect(await node.directory.get(ann)).toMatchObject({ status: 'offline', lastSeen: stored });
  });

  it('was last seen at the latest time that was stored, also when a kept record is older', async () => {
    const ann = idOf.get('ann') ?? '';
    const times = ['2026-12-02T00:00:00.000Z', '2026-12-01T00:00:00.000Z', '2026-12-03T00:00:00.000Z'].map(
      (time) => new Date(time),
    );
    const seen: (Date | null)[] = [];
    for (const time of times) {
      await node.userCache.touchLastSeen(
        new Map([
          [ann, time],
          ['no id', time],
        ]),
      );
      seen.push((await node.directory.get(ann)).lastSeen);
    }
    expect(seen).toEqual([times[0], times[0], times[2]]);
  });

  it('is user_not_found when there is none', async () => {
    expect(await codeOf(node.directory.get('0123456789abcdef01234567'))).toBe('user_not_found');
    expect(await codeOf(node.directory.get('no id'))).toBe('user_not_found');
    expect([...(await node.directory.getMany(['no id', idOf.get('ann') ?? ''])).keys()]).toEqual([
      idOf.get('ann'),
    ]);
  });

  it('changes with the profile at once', async () => {
    const { actor, user } = await node.signUp();
    expect((await node.directory.get(user.id)).user.bio).toBe('');
    await node.accounts.updateProfile(actor, { bio: 'new' });
    expect((await node.directory.get(user.id)).user.bio).toBe('new');
  });
});

describe('who is online', () => {
  it('is everyone whom presence shows, the one who asks excepted', async () => {
    const [ann, ben] = [idOf.get('ann') ?? '', idOf.get('Ben') ?? ''];
    present.set(me.user.id, { status: 'online', lastSeen: null });
    present.set(ann, { status: 'away', lastSeen: null }).set(ben, { status: 'offline', lastSeen: null });
    const online = await node.directory.online(me.actor);
    present.clear();
    expect(online).toMatchObject([{ user: { id: ann }, status: 'away', lastSeen: null }]);
  });
});
