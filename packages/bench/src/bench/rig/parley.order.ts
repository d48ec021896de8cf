/** What the bench's entry of the server is told. */
export interface ParleyOrder {
  /** log2 of bcrypt's rounds; the server's own when undefined. */
  passwordCost?: number;
}

/** What it says when it can be used. */
export interface ParleyReady {
  port: number;
  /** Where another program reaches the same database engine. */
  engineUri: string;
  /** Undefined where the database is one that runs elsewhere. */
  engineProcessId: number | undefined;
}

/** A signed-in user. */
export interface Person {
  id: string;
  username: string;
  token: string;
}

/** Everybody's. */
export const PASSWORD = 'Password123';
