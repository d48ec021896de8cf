import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config/config.js';
import { parseDuration } from '../../src/config/duration.js';
import { withEnvFile } from '../../src/config/env-file.js';
import { environmentSchema } from '../../src/config/environment.schema.js';
import { resolveTokenSecrets, SecretFileError } from '../../src/config/token.secrets.js';

const strong = 'kC8s0aP3x9Qe7Lw2Zt5Vb1Nm4Yd6Rf0H';

function problemsOf(env: Record<string, string>): Record<string, string> {
  try {
    readConfig(env);
    return {};
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return Object.fromEntries(error.problems.map(({ name, reason }) => [name, reason]));
  }
}

describe('the configuration', () => {
  it('needs nothing', () => {
    expect(readConfig({})).toMatchObject({
      environment: 'development',
      port: 3_000,
      host: undefined,
      databaseUri: undefined,
      jwtExpiresInSeconds: 604_800,
      jwtRefreshExpiresInSeconds: 2_592_000,
      cookieName: 'token',
      cookieSecure: undefined,
      rateLimitWindowMs: 900_000,
      rateLimitMaxRequests: 100,
      metrics: { enabled: false },
      dialect: 'canonical',
    });
  });

  it('is frozen', () => {
    const config = readConfig({});
    expect(() => Object.assign(config, { port: 1 })).toThrow(TypeError);
    expect(() => Object.assign(config.metrics, { enabled: true })).toThrow(TypeError);
  });

  it('counts an empty value as unset', () => {
    const env = Object.fromEntries(Object.keys(environmentSchema.shape).map((name) => [name, ' ']));
    expect(readConfig(env)).toEqual(readConfig({}));
  });

  it('takes the example of each document', () => {
    expect(
      readConfig({
        PORT: '4000',
        MONGO_URI: 'mongodb+srv://USER:PASS@cluster.example.mongodb.net/dbname?retryWrites=true&w=majority',
        JWT_SECRET: 'your_strong_jwt_secret_here',
        JWT_EXPIRES_IN: '7d',
        COOKIE_NAME: 'token',
        COOKIE_SECURE: 'true',
        CLIENT_URL: 'https://yourfrontend.example.com',
        NODE_ENV: 'development',
      }),
    ).toMatchObject({ port: 4_000, cookieSecure: true, clientOrigins: ['https://yourfrontend.example.com'] });
    expect(
      readConfig({
        PORT: '3000',
        NODE_ENV: 'development',
        MONGODB_URI: 'mongodb://localhost:27017/chat_app',
        REDIS_URL: 'redis://localhost:6379',
        JWT_SECRET: 'your_super_secret_jwt_key_change_in_production',
        JWT_EXPIRES_IN: '7d',
        JWT_REFRESH_SECRET: 'your_refresh_secret_key_change_in_production',
        JWT_REFRESH_EXPIRES_IN: '30d',
        RATE_LIMIT_WINDOW_MS: '900000',
        RATE_LIMIT_MAX_REQUESTS: '100',
        LOG_LEVEL: 'info',
      }),
    ).toMatchObject({
      databaseUri: 'mongodb://localhost:27017/chat_app',
      jwtRefreshExpiresInSeconds: 2_592_000,
    });
  });

  it('names every bad variable with the reason, and prints no value', () => {
    const env = {
      PORT: '70000-secret-value',
      HOST: 'secret value',
      NODE_ENV: 'secret-value',
      MONGODB_URI: 'http://secret-value',
      MONGO_URI: 'secret-value',
      REDIS_URL: 'secret-value',
      JWT_SECRET: 'secret-value,,',
      JWT_EXPIRES_IN: 'secret-value',
      JWT_REFRESH_SECRET: ',secret-value',
      JWT_REFRESH_EXPIRES_IN: '99999999d',
      COOKIE_NAME: 'secret value',
      COOKIE_SECURE: 'secret-value',
      CLIENT_URL: 'https://secret-value/path',
      TRUST_PROXY: 'secret-value',
      RATE_LIMIT_WINDOW_MS: '-1',
      RATE_LIMIT_MAX_REQUESTS: '1e3',
      LOG_LEVEL: 'secret-value',
      METRICS_ENABLED: 'secret-value',
      METRICS_TOKEN: 'secret',
      DIALECT: 'secret-value',
    };
    expect(Object.keys(problemsOf(env)).sort()).toEqual(Object.keys(env).sort());
    expect(() => readConfig(env)).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/secret[- ]value|70000|99999999/) }),
    );
  });

  it('tells in one go what is wrong alone and what is wrong in production', () => {
    expect(problemsOf({ NODE_ENV: 'production', PORT: 'x', CLIENT_URL: '*' })).toEqual({
      PORT: expect.any(String),
      JWT_SECRET: 'is needed when NODE_ENV is production; make one with: openssl rand -base64 48',
      CLIENT_URL: expect.stringContaining('may not be *'),
    });
  });

  it('refuses in production cookies that go over plain HTTP', () => {
    const insecure = { JWT_SECRET: strong, COOKIE_SECURE: 'false' };
    expect(problemsOf({ ...insecure, NODE_ENV: 'production' })).toEqual({
      COOKIE_SECURE: expect.stringContaining('may not be false in production'),
    });
    expect(problemsOf({ ...insecure, NODE_ENV: 'development' })).toEqual({});
  });

  it.each([
    ['too short', 'kC8s0aP3x9Qe7Lw2'],
    ['the one of a document', 'your_super_secret_jwt_key_change_in_production'],
    ['one character again and again', 'a'.repeat(64)],
    ['strong, followed by a weak one', `${strong},changeme`],
  ])('refuses in production a secret that is %s', (_, secret) => {
    expect(problemsOf({ NODE_ENV: 'production', JWT_SECRET: secret })).toHaveProperty('JWT_SECRET');
    expect(problemsOf({ NODE_ENV: 'development', JWT_SECRET: secret })).toEqual({});
  });

  it('takes in production a list of strong secrets, the first to sign', () => {
    const config = readConfig({ NODE_ENV: 'production', JWT_SECRET: `${strong}, ${strong}2` });
    expect(config).toMatchObject({
      jwtSecrets: [strong, `${strong}2`],
      cookieSecure: true,
      allowLoopbackOrigins: false,
    });
  });

  it('calls the cookie jwt in the sidebar dialect unless it has a name', () => {
    expect(readConfig({ DIALECT: 'sidebar' }).cookieName).toBe('jwt');
    expect(readConfig({ DIALECT: 'sidebar', COOKIE_NAME: 'session' }).cookieName).toBe('session');
  });

  it('turns metrics on when there is a token or when told so', () => {
    expect(readConfig({ METRICS_TOKEN: 'a-long-token' }).metrics).toEqual({
      enabled: true,
      token: 'a-long-token',
    });
    expect(readConfig({ METRICS_ENABLED: 'yes' }).metrics).toEqual({ enabled: true, token: undefined });
    expect(readConfig({ METRICS_ENABLED: 'false', METRICS_TOKEN: 'a-long-token' }).metrics.enabled).toBe(
      false,
    );
  });
});

describe('a length of time', () => {
  it.each([
    ['7d', 604_800],
    ['15m', 900],
    ['3600', 3_600],
    ['30s', 30],
    ['12 hours', 43_200],
    ['2w', 1_209_600],
  ])('reads %s as %i seconds', (text, seconds) => expect(parseDuration(text)).toBe(seconds));

  it.each(['', '-1d', '1.5h', 'seven days', '7dd', '1d2h', '٧d'])('does not read %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-config-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('lets the real environment win over the .env file', () => {
    const path = join(folder, '.env');
    writeFileSync(path, '\uFEFFPORT=4000\nCOOKIE_NAME="from file" # a comment\n');
    expect(withEnvFile({ PORT: '5000' }, path)).toEqual({ PORT: '5000', COOKIE_NAME: 'from file' });
  });

  it('does without a .env file', () => {
    expect(withEnvFile({ PORT: '5000' }, join(folder, '.env'))).toEqual({ PORT: '5000' });
  });

  const secretsIn = (dataDir: string) =>
    resolveTokenSecrets({ dataDir, jwtSecrets: undefined, jwtRefreshSecrets: undefined });

  it('makes a secret once, that this user alone can read', () => {
    const dataDir = join(folder, 'data');
    const first = secretsIn(dataDir);
    expect(secretsIn(dataDir)).toEqual(first);
    expect(first.access[0]).toHaveLength(64);
    expect(statSync(join(dataDir, 'jwt-secret')).mode & 0o777).toBe(0o600);
    expect(secretsIn(join(folder, 'other'))).not.toEqual(first);
  });

  it('takes no damaged secret', () => {
    writeFileSync(join(folder, 'jwt-secret'), 'half');
    expect(() => secretsIn(folder)).toThrow(SecretFileError);
    expect(readFileSync(join(folder, 'jwt-secret'), 'utf8')).toBe('half');
  });

  it('says in one sentence that a data folder cannot be written', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => secretsIn(join(folder, 'file'))).toThrow(/make DATA_DIR writable or set JWT_SECRET/);
  });

  it('derives a refresh secret of its own from each access secret', () => {
    const { access, refresh } = resolveTokenSecrets({
      dataDir: folder,
      jwtSecrets: ['a', 'b'],
      jwtRefreshSecrets: undefined,
    });
    expect(access).toEqual(['a', 'b']);
    expect(new Set([...access, ...refresh]).size).toBe(4);
  });
});
