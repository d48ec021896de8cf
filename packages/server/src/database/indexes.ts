import { isDeepStrictEqual } from 'node:util';
import type { Connection } from 'mongoose';
import { isDatabaseRefusingWrites, isDuplicateKey } from './database.errors.js';
import { DatabaseStartError } from './start.error.js';

/** One index that a model needs. */
export interface IndexDefinition {
  collection: string;
  /** Fields in order; 1 ascending, -1 descending, `text` for words. */
  key: Record<string, 1 | -1 | 'text'>;
  options: {
    name: string;
    unique?: boolean;
    partialFilterExpression?: Record<string, unknown>;
    sparse?: boolean;
    /** Seconds after the date in the field. A hint for a real server; the embedded engine never deletes by it. */
    expireAfterSeconds?: number;
  };
}

/** An index cannot be what the models need; the message says which, how it differs, and what to do. */
export class IndexConflictError extends Error {
  readonly collection: string;
  readonly indexName: string;

  constructor(definition: IndexDefinition, problem: string) {
    super(`Index ${definition.options.name} of collection ${definition.collection} ${problem}`);
    this.name = 'IndexConflictError';
    this.collection = definition.collection;
    this.indexName = definition.options.name;
  }
}

/**
 * Creates the indexes that are missing, one after the other in the given order, and returns their names.
 * Indexes that nobody defines are left alone. Throws `IndexConflictError` where an existing index differs or the
 * data holds duplicates, `DatabaseStartError` where the disk is too full to build one. Safe when several servers do it at once.
 */
export async function ensureIndexes(
  connection: Connection,
  definitions: readonly IndexDefinition[],
): Promise<string[]> {
  const existing = new Map<string, ExistingIndex[]>();
  for (const collection of new Set(definitions.map((definition) => definition.collection))) {
    existing.set(collection, await listIndexes(connection, collection));
  }
  const created: string[] = [];
  for (const definition of definitions) {
    const same = existing.get(definition.collection)?.find((index) => index.name === definition.options.name);
    if (same === undefined) {
      await createIndex(connection, definition);
      created.push(definition.options.name);
      continue;
    }
    const difference = findDifference(definition, same);
    if (difference !== undefined) {
      throw new IndexConflictError(
        definition,
        `differs from what this version needs (${difference}); drop it and start again.`,
      );
    }
  }
  return created;
}

interface ExistingIndex {
  name: string;
  key: Record<string, unknown>;
  unique?: boolean;
  sparse?: boolean;
  partialFilterExpression?: Record<string, unknown>;
  expireAfterSeconds?: number;
  /** Fields of a text index, whose `key` is an internal one. */
  weights?: Record<string, number>;
}

async function listIndexes(connection: Connection, collection: string): Promise<ExistingIndex[]> {
  try {
    return (await connection.collection(collection).listIndexes().toArray()) as unknown as ExistingIndex[];
  } catch (error) {
    if ((error as { code?: unknown }).code === 26) return []; // NamespaceNotFound: no such collection yet
    throw error;
  }
}

async function createIndex(connection: Connection, definition: IndexDefinition): Promise<void> {
  try {
    // A build over much data outlives the connection's socket timeout; 0 lifts it for this one command.
    await connection
      .collection(definition.collection)
      .createIndex(definition.key, { ...definition.options, timeoutMS: 0 });
  } catch (error) {
    if (isDuplicateKey(error)) {
      throw new IndexConflictError(
        definition,
        'cannot be made unique: the collection holds duplicates already.',
      );
    }
    if (isDatabaseRefusingWrites(error)) {
      throw new DatabaseStartError(
        'engine_failed',
        `The database takes no new index (${(error as Error).message}); make room on its disk and start again.`,
      );
    }
    // IndexOptionsConflict, IndexKeySpecsConflict: the same fields under another name, or made differently meanwhile.
    if ([85, 86].includes(Number((error as { code?: unknown }).code))) {
      throw new IndexConflictError(definition, `conflicts with another index: ${(error as Error).message}`);
    }
    throw error;
  }
}

function findDifference({ key, options }: IndexDefinition, existing: ExistingIndex): string | undefined {
  const wanted = { key: readKey(key), ...readOptions(options) };
  const found = { key: readKey(existing.key, existing.weights), ...readOptions(existing) };
  for (const name of Object.keys(wanted) as (keyof typeof wanted)[]) {
    if (isDeepStrictEqual(wanted[name], found[name])) continue;
    return `${name} is ${JSON.stringify(found[name])}, not ${JSON.stringify(wanted[name])}`;
  }
  return undefined;
}

/** The fields in order; a text index keeps its fields apart and without order. */
function readKey(key: Record<string, unknown>, weights?: Record<string, number>): string {
  const words =
    weights === undefined ? Object.keys(key).filter((field) => key[field] === 'text') : Object.keys(weights);
  const plain = Object.entries(key).filter(
    ([field, kind]) => kind !== 'text' && field !== '_fts' && field !== '_ftsx',
  );
  return [
    ...plain.map(([field, direction]) => `${field}:${String(direction)}`),
    ...words.sort().map((field) => `${field}:text`),
  ].join(' ');
}

function readOptions(options: Omit<ExistingIndex, 'name' | 'key'>) {
  return {
    unique: options.unique ?? false,
    sparse: options.sparse ?? false,
    partialFilterExpression: options.partialFilterExpression ?? null,
    expireAfterSeconds: options.expireAfterSeconds ?? null,
  };
}
