/** One entry of a chat's log, as it lies in the database. */
export interface StoredEntry {
  chat: string;
  rev: number;
  /** Of a message. */
  seq?: number;
  id: string;
  /** Of a change: what it changed. */
  target?: string;
  kind?: string;
  /** A change that is not applied yet. */
  pending?: boolean;
}
