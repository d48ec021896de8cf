import { limits, ParleyError } from '@parley/protocol';
import type { DomainEventBus } from '../events/domain.events.js';
import type { PictureStore } from '../models/picture.store.js';
import type { UserRecord } from '../models/user.record.js';
import { type NewUser, type UserChanges, UserConflictError, type UserStore } from '../models/user.store.js';
import { groupOfAddress } from '../policies/address.policy.js';
import { isCommonPassword } from '../policies/common.passwords.js';
import { isKeptPicture } from '../policies/picture.policy.js';
import { makeUsername, numberUsername } from '../policies/username.policy.js';
import type { AccountService } from './contracts.js';
import type { LoginGuard } from './login.guard.js';
import type { PasswordService } from './password.service.js';
import { mergeReads } from './read.merger.js';
import type { SessionService } from './session.service.js';

export interface AccountServiceDeps {
  users: UserStore;
  pictures: Pick<PictureStore, 'remove'>;
  sessions: SessionService;
  passwords: PasswordService;
  guard: LoginGuard;
  bus: DomainEventBus;
  /** Milliseconds since 1970; default `Date.now`. */
  now?: () => number;
}

/** Numbers of 1 to 8 digits are tried behind a username that is made from a name. */
const USERNAME_ATTEMPTS = 9;

/** Nobody's id: a search with it takes as long as one with somebody's. */
const NOBODY = '000000000000000000000000';

/** Accounts: making them, signing in and out, the own profile. */
export function createAccountService(deps: AccountServiceDeps): AccountService {
  const { users, pictures, sessions, passwords, guard, bus, now = Date.now } = deps;

  /** Throws `username_taken`, `email_taken`. */
  async function insert(user: Omit<NewUser, 'username'>, username: string | undefined): Promise<UserRecord> {
    const base = username ?? makeUsername(user.name, limits.usernameMaxCharacters);
    for (let attempt = 0; ; attempt += 1) {
      const candidate = numberUsername(base, attempt, Math.random(), limits.usernameMaxCharacters);
      try {
        return await users.insert({ ...user, username: candidate });
      } catch (error) {
        const mayRetry = username === undefined && attempt + 1 < USERNAME_ATTEMPTS;
        if (!(error instanceof UserConflictError) || error.field !== 'username' || !mayRetry)
          throw toTaken(error);
      }
    }
  }

  // Everybody who connects is told the own profile.
  const findUsers = mergeReads(
    async (ids) => new Map((await users.findMany(ids)).map((user) => [user.id, user])),
  );

  async function requireUser(id: string): Promise<UserRecord> {
    const user = (await findUsers([id])).get(id);
    if (user === undefined) throw new ParleyError('user_not_found');
    return user;
  }

  return {
    checkPasswordRoom: passwords.checkRoom,

    async register(input, device) {
      refuseCommonPassword(input.password, 'password');
      passwords.checkRoom();
      const { username } = input;
      const email = input.email?.toLowerCase() ?? null;
      // The indexes decide; asking first spares the hashing of a password for nothing.
      const wanted = { ...(username !== undefined && { username }), ...(email !== null && { email }) };
      const taken = await users.findTaken(wanted);
      if (taken !== null) throw toTaken(new UserConflictError(taken));
      const user = await insert(
        {
          name: input.name ?? input.fullName ?? username ?? '',
          email,
          passwordHash: await passwords.hash(input.password),
          gender: input.gender ?? null,
          createdAt: new Date(now()),
        },
        username,
      );
      bus.publish('user.registered', { userId: user.id });
      return { user, ...(await sessions.start(user.id, device)) };
    },

    async login(input, device) {
      const identifier = (input.identifier ?? input.email ?? input.username ?? '').trim().toLowerCase();
      // Whoever would be turned away at the end costs nothing but this: a flood brings hundreds a second.
      passwords.checkRoom();
      let credentials: ReturnType<typeof users.findCredentials> | undefined;
      const findCredentials = () => (credentials ??= users.findCredentials(identifier));
      const attempt = await guard.begin(identifier, device.address, async (group) => {
        const known = await sessions.listOf((await findCredentials())?.user.id ?? NOBODY);
        return known.some(({ address }) => groupOfAddress(address) === group);
      });
      let found: Awaited<ReturnType<typeof findCredentials>>;
      let isRight: boolean;
      try {
        found = await findCredentials();
        isRight = await passwords.matches(input.password, found?.passwordHash ?? null);
      } catch (error) {
        await attempt.abandoned();
        throw error;
      }
      if (!isRight || found === null || !found.user.isActive) {
        await attempt.failed();
        throw new ParleyError('invalid_credentials');
      }
      await attempt.succeeded();
      const { user } = found;
      const issued = await sessions.start(user.id, device);
      // The password may have been changed while the old one was compared. Whoever changed it has ended the sessions
      // there were; this one may have come after that.
      if ((await users.findPasswordHash(user.id)) !== found.passwordHash) {
        await sessions.end(user.id, issued.sessionId, 'password changed');
        throw new ParleyError('invalid_credentials');
      }
      return { user, ...issued };
    },

    refresh: (refreshToken, device) => sessions.refresh(refreshToken, device),
    authenticate: (accessToken) => sessions.authenticate(accessToken),

    async logout(actor, { all }) {
      if (all) await sessions.endAll(actor.userId, 'logout');
      else await sessions.end(actor.userId, actor.sessionId, 'logout');
    },

    profile: (actor) => requireUser(actor.userId),

    async updateProfile(actor, input) {
      const changes: UserChanges = {};
      if (input.username !== undefined) changes.username = input.username;
      if (input.name !== undefined) changes.name = input.name;
      if (input.email !== undefined) changes.email = input.email.toLowerCase();
      if (input.bio !== undefined) changes.bio = input.bio;
      if (input.profilePicture !== undefined) changes.profilePicture = input.profilePicture;
      if (Object.keys(changes).length === 0) return requireUser(actor.userId);
      const user = await users.update(actor.userId, changes).catch((error: unknown) => {
        throw toTaken(error);
      });
      if (user === null) throw new ParleyError('user_not_found');
      // A picture that is shown no more is not kept, either.
      const { profilePicture } = changes;
      if (profilePicture !== undefined && !isKeptPicture(profilePicture, user.id))
        await pictures.remove(user.id);
      bus.publish('user.updated', { userId: user.id });
      return user;
    },

    async changePassword(actor, { currentPassword, newPassword }) {
      refuseCommonPassword(newPassword, 'newPassword');
      passwords.checkRoom();
      const currentHash = await users.findPasswordHash(actor.userId);
      // A stolen session may be used to guess; counted by session, so that the owner's other devices go on.
      const attempt = await guard.begin(`session:${actor.sessionId}`, '', () => Promise.resolve(true));
      let isRight: boolean;
      try {
        isRight = await passwords.matches(currentPassword, currentHash);
      } catch (error) {
        await attempt.abandoned();
        throw error;
      }
      if (!isRight || currentHash === null) {
        await attempt.failed();
        throw new ParleyError('wrong_password');
      }
      await attempt.succeeded();
      const nextHash = await passwords.hash(newPassword);
      // Of two changes at once the second finds that its current password is no longer the current one.
      if (!(await users.replacePasswordHash(actor.userId, currentHash, nextHash)))
        throw new ParleyError('wrong_password');
      await sessions.endAll(actor.userId, 'password changed', actor.sessionId);
    },

    async sessions(actor) {
      const found = await sessions.listOf(actor.userId);
      return found.map(({ id, agent, address, createdAt, lastUsedAt }) => {
        return { id, agent, address, createdAt, lastUsedAt, current: id === actor.sessionId };
      });
    },

    async revokeSession(actor, sessionId) {
      if (!(await sessions.end(actor.userId, sessionId, 'revoked')))
        throw new ParleyError('session_not_found');
    },
  };
}

function refuseCommonPassword(password: string, path: string): void {
  if (!isCommonPassword(password)) return;
  throw new ParleyError('invalid_request', {
    issues: [{ path, message: 'is one of the most common passwords' }],
  });
}

/** A conflict as the catalogue has it; other errors as they are. */
function toTaken(error: unknown): unknown {
  if (!(error instanceof UserConflictError)) return error;
  const details = { issues: [{ path: error.field, message: 'is taken' }] };
  return new ParleyError(error.field === 'username' ? 'username_taken' : 'email_taken', details, {
    cause: error,
  });
}
