/** A signed-in device as stored, less its refresh token. */
export interface SessionRecord {
  id: string;
  userId: string;
  /** What the device called itself; at most 256 characters. */
  agent: string;
  address: string;
  /** The dialect that the device signed in by, where its sockets need to know. */
  dialect?: 'classic';
  createdAt: Date;
  /** To the minute: it is written at most once in one. */
  lastUsedAt: Date;
  expiresAt: Date;
}
