import { readFileSync } from 'node:fs';

/** Version of the server, as its package has it; the file is as far from src/ as from dist/. */
export const SERVER_VERSION: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
