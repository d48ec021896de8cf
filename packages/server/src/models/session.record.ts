/** A signed-in device as stored, less its refresh token. */
export interface SessionRecord {
  id: string;
  userId: string;
  /** What the device called itself; at most 256 characters. */
  agent: string;
  address: string;
  createdAt: Date;
  /** To the minute: it is written at most once in one. */
  lastUsedAt: Date;
  expiresAt: Date;
}
