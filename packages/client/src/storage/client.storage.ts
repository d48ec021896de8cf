/**
 * Where a client keeps what survives a reload: the session, the outbox, the last state of the chats. A plain table of
 * keys and values, which are plain data as `structuredClone` takes it.
 */
export interface ClientStorage {
  /** The entry of the key; undefined when there is none. */
  read(key: string): Promise<unknown>;
  /** All entries whose key begins with the prefix. */
  list(prefix: string): Promise<ReadonlyMap<string, unknown>>;
  /** Writes all of the entries or none of them; `undefined` removes a key. */
  write(entries: ReadonlyMap<string, unknown>): Promise<void>;
  /** Nothing is written after it. */
  close?(): Promise<void>;
}
