import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** The environment with what a `.env` file adds to it: the real environment wins. A missing file adds nothing. */
export function withEnvFile(
  env: Readonly<Record<string, string | undefined>>,
  path: string,
): Record<string, string | undefined> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { ...env };
    throw error;
  }
  return { ...parseEnv(text.replace(/^\uFEFF/, '')), ...env };
}
