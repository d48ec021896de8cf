import type { Session as Device, LoginInput, ProfileInput, User } from '@parley/protocol';
import { toClientError } from '../client.error.js';
import type { HttpTransport } from '../http/http.transport.js';
import type { Readable } from '../observable.js';
import type { CallRoute, RouteBody } from '../protocol.types.js';
import type { SessionKeeper } from '../session/session.keeper.js';

/** The own account and its devices. Errors by code as in the server's documents. */
export interface AccountApi {
  /** The own profile; null when nobody is signed in. */
  readonly me: Readable<User | null>;
  /** Creates an account and signs in. `username_taken`, `email_taken`, `invalid_request` with every issue. */
  register(input: RouteBody<'register'>): Promise<User>;
  /** Signs in by username or e-mail address. `invalid_credentials`. */
  login(input: LoginInput): Promise<User>;
  /** Signs in with tokens from elsewhere. */
  useToken(token: string, refreshToken?: string): Promise<User>;
  /** Ends this session, or with `all` every session of the user, and forgets everything that is kept here. */
  logout(options?: { all?: boolean }): Promise<void>;
  /** Fetches the own profile. */
  profile(): Promise<User>;
  /** Changes the own profile; what is left out stays. `username_taken`, `email_taken`, `invalid_request`. */
  updateProfile(changes: ProfileInput): Promise<User>;
  /** Sets the own picture: PNG, JPEG or WebP, at most 64 KiB. It is shown small: a square of 256 pixels does. */
  setPicture(picture: Blob | Uint8Array): Promise<User>;
  /** Ends all other sessions. `wrong_password`. */
  changePassword(input: RouteBody<'changePassword'>): Promise<void>;
  /** The devices that are signed in. */
  sessions(): Promise<Device[]>;
  /** Signs a device out. `session_not_found`. */
  revokeSession(id: string): Promise<void>;
  /** Trades the refresh token now; otherwise that happens by itself. */
  refresh(): Promise<void>;
}

export interface AccountDeps {
  call: CallRoute;
  transport: HttpTransport;
  keeper: SessionKeeper;
  me: Readable<User | null>;
  /** Somebody has signed in: their chats are opened. */
  enter: (user: User) => Promise<void>;
  /** Nobody is signed in any more. */
  leave: (forget: boolean) => Promise<void>;
}

/** The account half of the client. */
export function createAccountApi({ call, transport, keeper, me, enter, leave }: AccountDeps): AccountApi {
  async function signIn(user: User, tokens: Parameters<SessionKeeper['begin']>[1]): Promise<User> {
    if (me.peek()?.id !== user.id) await leave(false);
    await keeper.begin(user, tokens);
    await enter(user);
    return user;
  }

  async function keep({ user }: { user: User }): Promise<User> {
    await keeper.setUser(user);
    return user;
  }

  return {
    me,

    async register(body) {
      const signedIn = await transport('register', { body });
      return signIn(signedIn.user, signedIn);
    },

    async login(body) {
      const signedIn = await transport('login', { body });
      return signIn(signedIn.user, signedIn);
    },

    async useToken(token, refreshToken) {
      const { user } = await transport('getProfile', {}, token);
      return signIn(user, { token, refreshToken });
    },

    async logout({ all = false } = {}) {
      try {
        await call('logout', { body: { all } });
      } catch (error) {
        // Tokens can be forgotten without the server; cookies are the server's to clear.
        if (!keeper.token() && toClientError(error).code !== 'signed_out') throw error;
      }
      await keeper.forget();
      await leave(true);
    },

    profile: async () => keep(await call('getProfile')),
    updateProfile: async (body) => keep(await call('updateProfile', { body })),
    async setPicture(picture) {
      const bytes = picture instanceof Uint8Array ? picture : new Uint8Array(await picture.arrayBuffer());
      const image = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
      return keep(await call('setPicture', { body: { image } }));
    },
    async changePassword(body) {
      await call('changePassword', { body });
    },
    sessions: async () => (await call('listSessions')).sessions,
    async revokeSession(id) {
      await call('revokeSession', { params: { id } });
    },
    refresh: () => keeper.renew(keeper.version()),
  };
}
