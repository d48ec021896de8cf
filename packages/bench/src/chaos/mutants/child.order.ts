import type { MutantName } from './mutant.table.js';

/** What the child entry changes about a server; sent as its one argument. */
export interface ChildOrder {
  /** Breaks the server on purpose. */
  mutant?: MutantName;
  /** log2 of bcrypt's rounds; scenarios with thousands of users sign in cheaply. */
  passwordCost?: number;
  /** Entries of the table of limits. */
  limits?: Record<string, number>;
}

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
