import { ParleyError } from '@parley/protocol';
import type { Socket } from 'socket.io';
import { socketDialects } from '../dialects/dialect.table.js';
import { presentProblem } from '../dialects/problem.presenter.js';
import { type SocketDialect, socketDialectNames } from '../dialects/socket.dialect.js';
import type { Actor } from '../services/actor.js';
import type { CredentialReader } from './credentials.js';
import type { EdgeContext, SocketEdgeConfig } from './edge.types.js';
import type { SessionGate } from './session.gate.js';

/** What a Socket.IO handshake came to. */
export interface Handshake {
  dialect: SocketDialect;
  /** Null when the client brought no token and will authenticate by event. */
  entry: { actor: Actor; token: string } | null;
}

/** Reads and checks handshakes. */
export function createHandshakeReader(
  { services }: EdgeContext,
  config: SocketEdgeConfig,
  credentials: CredentialReader,
  gate: SessionGate,
) {
  /** Throws what the client shall read in `connect_error`. */
  return async function readHandshake(socket: Socket): Promise<Handshake> {
    const auth = readAuth(socket);
    const asked = readDialect(auth['dialect']);
    const token = credentials.find(socket.request, auth['token']);
    if (token === null) return { dialect: asked ?? socketDialects[config.defaultDialect], entry: null };
    const actor = await services.accounts.authenticate(token);
    gate.checkRoom(actor);
    return { dialect: asked ?? dialectOf(actor, config), entry: { actor, token } };
  };
}

/** The dialect of a connection that asks for none: that of its sign-in, or the server's own. */
export function dialectOf(actor: Actor, config: SocketEdgeConfig): SocketDialect {
  return socketDialects[actor.dialect ?? config.defaultDialect];
}

/** The error as Socket.IO hands it to the client: `data` is the body of the problem. */
export function toConnectError(error: unknown): Error {
  const problem = presentProblem(error);
  return Object.assign(new Error(problem.detail), { data: problem });
}

/** Whatever a client sends in its CONNECT packet. */
function readAuth(socket: Socket): Record<string, unknown> {
  const auth: unknown = socket.handshake.auth;
  return typeof auth === 'object' && auth !== null ? (auth as Record<string, unknown>) : {};
}

function readDialect(asked: unknown): SocketDialect | undefined {
  if (asked === undefined || asked === null || asked === '') return undefined;
  const name = socketDialectNames.find((known) => known === asked);
  if (name !== undefined) return socketDialects[name];
  throw new ParleyError('invalid_request', {
    issues: [{ path: 'auth.dialect', message: `is none of ${socketDialectNames.join(', ')}` }],
  });
}
