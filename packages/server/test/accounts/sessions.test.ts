import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionStore } from '../../src/models/session.store.js';
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
const login = (username: string) => node.accounts.login({ username, password }, device);

describe('logging out', () => {
  it('ends the access token, the refresh token and nothing else', async () => {
    const { actor, token, refreshToken, user } = await node.signUp();
    const other = await login(user.username);
    expect(await codeOf(node.accounts.authenticate(token))).toBeNull();
    await node.accounts.logout(actor, { all: false });
    expect(await codeOf(node.accounts.authenticate(token))).toBe('session_revoked');
    expect(await codeOf(node.accounts.refresh(refreshToken, device))).toBe('invalid_refresh_token');
    expect(await codeOf(node.accounts.authenticate(other.token))).toBeNull();
    expect(await codeOf(node.accounts.logout(actor, { all: false }))).toBeNull();
  });

  it('ends every session with all', async () => {
    const { actor, token, user } = await node.signUp();
    const other = await login(user.username);
    const revoked: string[] = [];
    const unsubscribe = node.bus.subscribe('session.revoked', ({ sessionIds }) =>
      revoked.push(...sessionIds),
    );
    await node.accounts.logout(actor, { all: true });
    unsubscribe();
    expect(revoked.sort()).toEqual([actor.sessionId, other.sessionId].sort());
    expect(await codeOf(node.accounts.authenticate(token))).toBe('session_revoked');
    expect(await codeOf(node.accounts.authenticate(other.token))).toBe('session_revoked');
  });
});

describe('refreshing', () => {
  it('gives a new pair of the same session', async () => {
    const first = await node.signUp();
    const second = await node.accounts.refresh(first.refreshToken, { agent: 'newer', address: '192.0.2.9' });
    expect(second.sessionId).toBe(first.sessionId);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await codeOf(node.accounts.authenticate(second.token))).toBeNull();
    expect(await node.accounts.sessions(first.actor)).toMatchObject([
      { agent: 'newer', address: '192.0.2.9', current: true },
    ]);
    expect((await node.accounts.refresh(second.refreshToken, device)).sessionId).toBe(first.sessionId);
  });

  it('ends the whole session when the old token is used again', async () => {
    const first = await node.signUp();
    const second = await node.accounts.refresh(first.refreshToken, device);
    expect(await codeOf(node.accounts.refresh(first.refreshToken, device))).toBe('refresh_token_reused');
    expect(await codeOf(node.accounts.authenticate(second.token))).toBe('session_revoked');
    expect(await codeOf(node.accounts.refresh(second.refreshToken, device))).toBe('invalid_refresh_token');
  });

  it('lets exactly one of ten at once win, whose tokens hold', async () => {
    const first = await node.signUp();
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, () => node.accounts.refresh(first.refreshToken, device)),
    );
    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const lost = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
    expect(won).toHaveLength(1);
    expect(new Set(lost)).toEqual(new Set(['refresh_token_reused']));
    expect(await codeOf(node.accounts.authenticate(won[0]?.token ?? ''))).toBeNull();
  });

  it('lets exactly one win on two nodes', async () => {
    const other = await createAccountNode(database.connection);
    const first = await node.signUp();
    const results = await Promise.allSettled(
      [node, other].map(({ accounts }) => accounts.refresh(first.refreshToken, device)),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('refuses what is no refresh token of this server', async () => {
    const { token } = await node.signUp();
    const foreign = await createAccountNode(database.connection, {
      tokens: { refreshSecrets: ['a secret of quite another server'] },
    });
    const { refreshToken } = await foreign.signUp();
    for (const bad of ['', 'x', 'a.b.c', token, refreshToken]) {
      expect(await codeOf(node.accounts.refresh(bad, device))).toBe('invalid_refresh_token');
    }
  });
});

describe('changing the password', () => {
  it('ends all other sessions and takes the new password only', async () => {
    const { actor, token, user } = await node.signUp();
    const other = await login(user.username);
    const change = { currentPassword: password, newPassword: 'battery staple' };
    expect(
      await codeOf(node.accounts.changePassword(actor, { ...change, currentPassword: 'wrong horse' })),
    ).toBe('wrong_password');
    await node.accounts.changePassword(actor, change);
    expect(await codeOf(node.accounts.authenticate(token))).toBeNull();
    expect(await codeOf(node.accounts.authenticate(other.token))).toBe('session_revoked');
    expect(await codeOf(login(user.username))).toBe('invalid_credentials');
    const again = await node.accounts.login({ username: user.username, password: 'battery staple' }, device);
    expect(again.user.id).toBe(user.id);
  });

  it('refuses the commonest passwords', async () => {
    const { actor } = await node.signUp();
    await expect(
      node.accounts.changePassword(actor, { currentPassword: password, newPassword: 'password1' }),
    ).rejects.toMatchObject({ code: 'invalid_request', issues: [{ path: 'newPassword' }] });
  });

  it('lets one of two changes at once win', async () => {
    const { actor } = await node.signUp();
    const codes = await Promise.all(
      ['battery staple', 'staple battery'].map((newPassword) =>
        codeOf(node.accounts.changePassword(actor, { currentPassword: password, newPassword })),
      ),
    );
    expect(codes.sort()).toEqual([null, 'wrong_password'].sort());
  });
});

describe('the sessions of a user', () => {
  it('are listed with the current one marked, and ended one by one by their owner alone', async () => {
    const { actor, user } = await node.signUp();
    const other = await login(user.username);
    const stranger = await node.signUp();
    const listed = await node.accounts.sessions(actor);
    expect(listed.map(({ id, current }) => [id, current]).sort()).toEqual(
      [
        [actor.sessionId, true],
        [other.sessionId, false],
      ].sort(),
    );
    expect(await codeOf(node.accounts.revokeSession(stranger.actor, other.sessionId))).toBe(
      'session_not_found',
    );
    expect(await codeOf(node.accounts.revokeSession(actor, 'no id'))).toBe('session_not_found');
    await node.accounts.revokeSession(actor, other.sessionId);
    expect(await codeOf(node.accounts.authenticate(other.token))).toBe('session_revoked');
    expect(await codeOf(node.accounts.revokeSession(actor, other.sessionId))).toBe('session_not_found');
  });

  it('are limited in number: the least recently used gives way', async () => {
    let at = Date.now();
    const small = await createAccountNode(database.connection, { sessionsPerUser: 3, now: () => at });
    const { user, ...first } = await small.signUp();
    const later = () => {
      at += 61_000;
      return small.accounts.login({ username: user.username, password }, device);
    };
    const second = await later();
    const third = await later();
    at += 61_000;
    // The first is used again, so the second is now the one that was not used for longest.
    await small.accounts.authenticate(first.token);
    const fourth = await later();
    expect(await codeOf(small.accounts.authenticate(second.token))).toBe('session_revoked');
    for (const { token } of [first, third, fourth])
      expect(await codeOf(small.accounts.authenticate(token))).toBeNull();
    expect(await small.sessions.listOf(user.id)).toHaveLength(3);
  });

  it('end at their expiry, swept away or not, and go on with a refresh', async () => {
    let at = Date.now();
    const tokens = { accessLifetimeSeconds: 10_000, refreshLifetimeSeconds: 1_000 };
    const short = await createAccountNode(database.connection, { now: () => at, tokens });
    const [left, kept] = [await short.signUp(), await short.signUp()];
    at += 900_000;
    await short.accounts.refresh(kept.refreshToken, device);
    at += 200_000;
    expect(await codeOf(short.accounts.authenticate(left.token))).toBe('session_revoked');
    expect(await codeOf(short.accounts.authenticate(kept.token))).toBeNull();
    expect(await short.accounts.sessions(left.actor)).toEqual([]);
  });
});

describe('authenticating', () => {
  it('goes on past the expiry that it knows of when another node has refreshed the session', async () => {
    let at = Date.now();
    const tokens = { accessLifetimeSeconds: 10_000, refreshLifetimeSeconds: 1_000 };
    const [here, there] = [
      await createAccountNode(database.connection, { now: () => at, tokens }),
      await createAccountNode(database.connection, { now: () => at, tokens }),
    ];
    const { token, refreshToken } = await here.signUp();
    at += 999_000;
    await here.accounts.authenticate(token);
    await there.accounts.refresh(refreshToken, device);
    at += 2_000;
    expect(await codeOf(here.accounts.authenticate(token))).toBeNull();
  });

  /** Counts the queries for a session, and lets a test hold one. */
  function watch(store: SessionStore) {
    const seen = { reads: 0, touches: 0, afterRead: () => Promise.resolve() };
    const watched: SessionStore = {
      ...store,
      async findManyLive(ids, now) {
        seen.reads += 1;
        const sessions = await store.findManyLive(ids, now);
        await seen.afterRead();
        return sessions;
      },
      touch(times) {
        seen.touches += times.size;
        return store.touch(times);
      },
    };
    return { seen, watched };
  }

  async function createWatched(now?: () => number) {
    let seen: ReturnType<typeof watch>['seen'] | undefined;
    const watchedNode = await createAccountNode(database.connection, {
      ...(now !== undefined && { now }),
      wrapSessions(store) {
        const watching = watch(store);
        seen = watching.seen;
        return watching.watched;
      },
    });
    if (seen === undefined) throw new Error('unreachable');
    return { node: watchedNode, seen };
  }

  it('asks the database once in a minute, and notes the use as often', async () => {
    let at = Date.now();
    const { node: timed, seen } = await createWatched(() => at);
    const { token, actor } = await timed.signUp();
    for (let call = 0; call < 50; call += 1) await timed.accounts.authenticate(token);
    expect([seen.reads, seen.touches]).toEqual([1, 0]);
    at += 60_000;
    await Promise.all(Array.from({ length: 50 }, () => timed.accounts.authenticate(token)));
    expect(seen.reads).toBe(2);
    await expect
      .poll(async () => (await timed.accounts.sessions(actor))[0]?.lastUsedAt.getTime(), { timeout: 10_000 })
      .toBe(at);
    expect(seen.touches).toBe(1);
  });

  it('never lets in what was revoked while it was looked up', async () => {
    const { node: raced, seen } = await createWatched();
    const { token, actor } = await raced.signUp();
    seen.afterRead = async () => {
      seen.afterRead = () => Promise.resolve();
      await raced.accounts.logout(actor, { all: false });
    };
    expect(await codeOf(raced.accounts.authenticate(token))).toBe('session_revoked');
    expect(await codeOf(raced.accounts.authenticate(token))).toBe('session_revoked');
  });

  it('learns of a revocation on another node by the event, and without it within a minute', async () => {
    let at = Date.now();
    const other = await createAccountNode(database.connection, { now: () => at });
    const [told, untold] = [await node.signUp(), await node.signUp()];
    for (const { token } of [told, untold]) await other.accounts.authenticate(token);
    const unsubscribe = node.bus.subscribe('session.revoked', (event) =>
      other.bus.publish('session.revoked', event),
    );
    await node.accounts.logout(told.actor, { all: false });
    unsubscribe();
    expect(await codeOf(other.accounts.authenticate(told.token))).toBe('session_revoked');
    await node.accounts.logout(untold.actor, { all: false });
    at += 60_000;
    expect(await codeOf(other.accounts.authenticate(untold.token))).toBe('session_revoked');
  });

  it('gives the new username after a change', async () => {
    const { token, actor } = await node.signUp();
    await node.accounts.authenticate(token);
    const username = `renamed${process.pid}`;
    await node.accounts.updateProfile(actor, { username });
    expect((await node.accounts.authenticate(token)).username).toBe(username);
  });

  it('refuses the sessions of a deactivated account', async () => {
    const { token, user, refreshToken } = await node.signUp();
    await database.connection
      .collection('users')
      .updateOne({ username: user.username }, { $set: { isActive: false } });
    node.bus.publish('user.updated', { userId: user.id });
    expect(await codeOf(node.accounts.authenticate(token))).toBe('session_revoked');
    expect(await codeOf(node.accounts.refresh(refreshToken, device))).toBe('invalid_refresh_token');
  });
});

describe('the profile', () => {
  it('shows and changes what was given, with the e-mail address', async () => {
    const { actor, user } = await node.signUp();
    const updated: string[] = [];
    const unsubscribe = node.bus.subscribe('user.updated', ({ userId }) => updated.push(userId));
    const changed = await node.accounts.updateProfile(actor, {
      name: 'Ann Lee',
      bio: 'Hello',
      profilePicture: '/a.png',
    });
    expect(changed).toEqual({ ...user, name: 'Ann Lee', bio: 'Hello', profilePicture: '/a.png' });
    expect(await node.accounts.profile(actor)).toEqual(changed);
    expect(await node.accounts.updateProfile(actor, {})).toEqual(changed);
    unsubscribe();
    expect(updated).toEqual([user.id]);
  });

  it('refuses what belongs to somebody else, and lets the case of the own name change', async () => {
    const [one, two] = [await node.signUp(), await node.signUp()];
    expect(
      await codeOf(node.accounts.updateProfile(one.actor, { username: two.user.username.toUpperCase() })),
    ).toBe('username_taken');
    expect(await codeOf(node.accounts.updateProfile(one.actor, { email: two.user.email ?? '' }))).toBe(
      'email_taken',
    );
    const own = one.user.username.toUpperCase();
    expect((await node.accounts.updateProfile(one.actor, { username: own })).username).toBe(own);
  });

  it('cannot be used to change anything else', async () => {
    const { actor } = await node.signUp();
    const changed = await node.accounts.updateProfile(actor, {
      bio: 'Hi',
      isActive: false,
      passwordHash: 'x',
    } as object);
    expect(changed).toMatchObject({ bio: 'Hi', isActive: true });
  });
});
