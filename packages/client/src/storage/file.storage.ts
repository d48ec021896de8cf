import type { ClientStorage } from './client.storage.js';

/** The three functions of `node:fs/promises` that are needed; this package itself imports nothing of Node. */
export interface FileSystem {
  /** Rejects with the code `ENOENT` when there is no such file. */
  readFile(path: string, encoding: 'utf8'): Promise<string>;
  /** Replaces the content of a file. */
  writeFile(path: string, text: string, options: { mode: number }): Promise<void>;
  /** Replaces `to` by `from`, at once. */
  rename(from: string, to: string): Promise<void>;
}

/**
 * Keeps everything in one JSON file, for bots and terminals: `createFileStorage('bot.json', fs)` with
 * `import * as fs from 'node:fs/promises'`. The file is replaced as a whole, so it is never half written; it holds the
 * tokens, so only its owner may read it. One process at a time.
 */
export function createFileStorage(path: string, fs: FileSystem): ClientStorage {
  let table: Promise<Map<string, unknown>> | undefined;
  let writing: Promise<void> | undefined;
  let isStale = false;

  function load(): Promise<Map<string, unknown>> {
    table ??= fs.readFile(path, 'utf8').then(
      (text) => new Map(Object.entries(JSON.parse(text) as Record<string, unknown>)),
      (error: unknown) => {
        if ((error as { code?: string }).code === 'ENOENT') return new Map<string, unknown>();
        throw error;
      },
    );
    return table;
  }

  /** What changes while the file is being written goes into the next one, all of it together. */
  async function save(): Promise<void> {
    isStale = true;
    while (writing !== undefined) await writing;
    if (!isStale) return;
    isStale = false;
    writing = (async () => {
      const text = JSON.stringify(Object.fromEntries(await load()));
      await fs.writeFile(`${path}.new`, text, { mode: 0o600 });
      await fs.rename(`${path}.new`, path);
    })().finally(() => {
      writing = undefined;
    });
    await writing;
  }

  return {
    read: async (key) => (await load()).get(key),
    list: async (prefix) => new Map([...(await load())].filter(([key]) => key.startsWith(prefix))),
    async write(changes) {
      const entries = await load();
      for (const [key, value] of changes) {
        if (value === undefined) entries.delete(key);
        else entries.set(key, structuredClone(value));
      }
      await save();
    },
    async close() {
      while (writing !== undefined) await writing;
    },
  };
}
