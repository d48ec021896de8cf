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
