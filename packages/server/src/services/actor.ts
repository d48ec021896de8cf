/** Who asks: an authenticated session. Made by `accounts.authenticate` only, never from what a client claims. */
export interface Actor {
  userId: string;
  sessionId: string;
  username: string;
  /** The live connection, when the action came over one. */
  connectionId?: string;
  /** The dialect whose sign-in started the session, when its sockets expect that dialect's events. */
  dialect?: 'classic';
}
