import { ParleyError, type RegisterInput, type routes } from '@parley/protocol';
import { presentOwnUser, presentSession } from '../dialects/canonical.presenter.js';
import type { UserRecord } from '../models/user.record.js';
import type { IssuedTokens, Services, UserView } from '../services/contracts.js';
import type { Handlers, RequestContext } from './handler.js';

type AccountRoutes = Pick<
  typeof routes,
  | 'register'
  | 'signup'
  | 'login'
  | 'refreshToken'
  | 'logout'
  | 'getProfile'
  | 'updateProfile'
  | 'setPicture'
  | 'changePassword'
  | 'listSessions'
  | 'revokeSession'
>;

/** One's own record with what presence knows of oneself. */
export function viewOwn(user: UserRecord, presence: Services['presence']): UserView {
  const { status, lastSeen } = presence.statusOf(user.id);
  return { user, status, lastSeen: status === 'offline' ? (lastSeen ?? user.lastSeen) : null };
}

/** Registration, sessions and the own profile. */
export function createAccountsController(services: Services): Handlers<AccountRoutes> {
  const { accounts, pictures, presence } = services;
  const presentSelf = (user: UserRecord) => presentOwnUser(viewOwn(user, presence));

  function answerSignIn(signedIn: { user: UserRecord } & IssuedTokens, context: RequestContext) {
    context.signIn(signedIn);
    const { user, token, refreshToken, expiresIn } = signedIn;
    return { user: presentSelf(user), token, refreshToken, expiresIn };
  }

  const register = async ({ body }: { body: RegisterInput }, context: RequestContext) =>
    answerSignIn(await accounts.register(body, context.device), context);

  return {
    register,
    signup: register,
    login: async ({ body }, context) => answerSignIn(await accounts.login(body, context.device), context),

    async refreshToken({ body }, context) {
      const given = body.refreshToken ?? context.refreshCookie();
      if (given === undefined)
        throw new ParleyError('invalid_refresh_token', {
          detail: 'There is no refresh token in the body or cookie',
        });
      const tokens = await accounts.refresh(given, context.device);
      context.signIn(tokens);
      return { token: tokens.token, refreshToken: tokens.refreshToken, expiresIn: tokens.expiresIn };
    },

    async logout({ body }, context) {
      await accounts.logout(context.actor, body);
      context.signOut();
      return { message: 'Logged out' };
    },

    getProfile: async (_, { actor }) => ({ user: presentSelf(await accounts.profile(actor)) }),
    updateProfile: async ({ body }, { actor }) => ({
      user: presentSelf(await accounts.updateProfile(actor, body)),
    }),

    setPicture: async ({ body }, { actor }) => ({
      user: presentSelf(await pictures.set(actor, body.image)),
    }),

    async changePassword({ body }, { actor }) {
      await accounts.changePassword(actor, body);
      return { message: 'Password changed; all other sessions have ended' };
    },

    listSessions: async (_, { actor }) => ({
      sessions: (await accounts.sessions(actor)).map(presentSession),
    }),

    async revokeSession({ params }, context) {
      await accounts.revokeSession(context.actor, params.id);
      if (params.id === context.actor.sessionId) context.signOut();
      return { message: 'Signed out' };
    },
  };
}
