import { type Route, routes } from '@parley/protocol';
import { classicRoutes } from '../../../src/dialects/classic/classic.schema.js';
import { colonRoutes } from '../../../src/dialects/colon/colon.schema.js';
import { sidebarRoutes } from '../../../src/dialects/sidebar/sidebar.schema.js';
import type { Member } from '../hostile.case.js';
import { exchange } from '../support/exchange.js';
import type { Fuzz } from './fuzz.context.js';

type AnyRoute = Omit<Route, 'tag'>;

/** Every endpoint of every dialect: of two servers that are fuzzed each knows some, and must not mind the others. */
const everyRoute: AnyRoute[] = [routes, classicRoutes, colonRoutes, sidebarRoutes].flatMap((table) =>
  Object.values<AnyRoute>(table),
);
const oddHeaders: Record<string, string>[] = [
  { 'Content-Type': 'text/plain' },
  { 'Content-Type': 'application/json; charset=utf-16' },
  { 'Content-Encoding': 'gzip' },
  { 'Content-Encoding': 'br' },
  { Origin: 'null' },
  { 'X-Request-Id': 'a\tb' },
  { 'X-Forwarded-For': '::1, x' },
  { Accept: '*/*;q=x' },
  { Authorization: 'Bearer' },
  { Authorization: 'Basic eDp5' },
  { Cookie: 'token=j:1' },
  { Range: 'bytes=0-' },
  { 'If-None-Match': '*' },
];

/** Sends requests, one at a time, until the time is over. */
export async function fuzzRequests(fuzz: Fuzz): Promise<void> {
  const { random, server, report } = fuzz;
  let person = await server.newPerson('fuzz');
  while (!fuzz.isOver()) {
    const { method, path, body, headers } = makeRequest(fuzz, person);
    const what = `${method} ${path} ${String(body).slice(0, 500)}`;
    const startedAt = performance.now();
    try {
      const answer = await exchange(server.url, method, path, {
        ...(random.chance(0.95) && { token: person.token }),
        ...(body !== undefined && { body }),
        headers,
      });
      fuzz.noteTime(performance.now() - startedAt, what.slice(0, 80));
      if (answer.status >= 500)
        report.serverErrors.push(`${answer.status} to ${what} ${JSON.stringify(headers)}`);
      if (answer.status < 400) report.served.requests += 1;
      fuzz.learn(answer.text);
      // It signed itself out, or changed its password.
      if (answer.status === 401 && random.chance(0.2)) person = await server.newPerson('fuzz');
    } catch (error) {
      report.unanswered.push(`${(error as Error).message}: ${what}`);
    }
    report.requests += 1;
  }
}

function makeRequest(fuzz: Fuzz, person: Member) {
  const { random, sample, mutate, mutateText } = fuzz;
  const route = random.pick(everyRoute);
  const isBad = random.chance(0.6);
  const maybe = (value: unknown) => (isBad && random.chance(0.6) ? mutate(value) : value);
  const part = (value: unknown) =>
    typeof value === 'object' ? JSON.stringify(value) : String(value).replace(/\p{Surrogate}/gu, '');

  const params = (route.params === undefined ? {} : sample(route.params)) as Record<string, unknown>;
  let path = route.path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(part(maybe(params[name]))),
  );
  if (route.query !== undefined || random.chance(0.05)) {
    const query = (route.query === undefined ? { x: 1 } : sample(route.query)) as Record<string, unknown>;
    const pairs = Object.entries(query).map(
      ([name, value]) => `${name}=${encodeURIComponent(part(maybe(value)))}`,
    );
    path += `?${pairs.join('&')}`;
  }
  if (isBad && random.chance(0.1)) path = mutateText(path).replace(/[^\x21-\x7e]/g, '%') || '/';
  if (!path.startsWith('/')) path = `/${path}`;

  let body: string | undefined;
  if (route.body !== undefined) {
    const value = sample(route.body);
    const made = JSON.stringify(maybe(aim(value, person)));
    body = made === undefined ? '' : isBad && random.chance(0.2) ? mutateText(made) : made;
  }
  const headers = isBad && random.chance(0.15) ? random.pick(oddHeaders) : {};
  const method =
    isBad && random.chance(0.05) ? random.pick(['PATCH', 'HEAD', 'OPTIONS', 'DELETE', 'PUT']) : route.method;
  return { method, path, body, headers };
}

/** Signing in with the person's own name now and then comes to more than a refusal. */
function aim(value: unknown, { username }: Member): unknown {
  if (typeof value !== 'object' || value === null || !('password' in value) || 'email' in value) return value;
  return { ...value, username, password: 'Password123' };
}
