import { hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.js';
import { makeFolder } from './folder.js';

/** Keys of the tokens: the first of each list signs, all verify. */
export interface TokenSecrets {
  access: readonly string[];
  refresh: readonly string[];
}

/** A secret that cannot be made or read; the message is one sentence for the person at the terminal. */
export class SecretFileError extends Error {
  override name = 'SecretFileError';
}

const FILE_NAME = 'jwt-secret';
/** Base64url characters of 48 random bytes. */
const SECRET_CHARACTERS = 64;

/** The configured secrets, or the one that is kept in the data folder, made now when there is none. */
export function resolveTokenSecrets(
  config: Pick<Config, 'dataDir' | 'jwtSecrets' | 'jwtRefreshSecrets'>,
): TokenSecrets {
  const access = config.jwtSecrets ?? [readOrMakeSecret(config.dataDir)];
  return { access, refresh: config.jwtRefreshSecrets ?? access.map(deriveRefreshSecret) };
}

/** RFC 5869: a key for another purpose, from which nothing about the first one can be learnt. */
function deriveRefreshSecret(secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'parley refresh token', 32)).toString('base64url');
}

function readOrMakeSecret(dataDir: string): string {
  const path = join(dataDir, FILE_NAME);
  try {
    makeFolder(dataDir, 0o700);
    return readSecret(path) ?? makeSecret(path);
  } catch (error) {
    if (error instanceof SecretFileError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new SecretFileError(
      `The secret in ${path} can be neither read nor made (${code}); make DATA_DIR writable or set JWT_SECRET.`,
    );
  }
}

function readSecret(path: string): string | undefined {
  let secret: string;
  try {
    secret = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  if (secret.length < SECRET_CHARACTERS) {
    throw new SecretFileError(
      `The secret in ${path} is damaged; remove the file to get a new one, which signs everybody out.`,
    );
  }
  if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
  return secret;
}

/** Written aside and linked into place: whoever reads the file sees all of it, and of two servers that start at once one wins. */
function makeSecret(path: string): string {
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  writeFileSync(aside, `${randomBytes(48).toString('base64url')}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
  try {
    linkSync(aside, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
  return readSecret(path) as string;
}
