/** An entry of CLIENT_URL as an origin in the form browsers send it, `*` for all, or undefined when it is neither. */
export function parseOrigin(value: string): string | undefined {
  if (value === '*') return value;
  // A URL may have an asterisk in its host; as a pattern it would be understood by nobody, and match nothing.
  if (value.includes('*')) return undefined;
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  const isBare =
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '';
  return isBare ? url.origin : undefined;
}

/** What the check of an origin needs to know of a request. */
export interface OriginQuestion {
  origin: string | undefined;
  /** The name the client called the server by: the Host header, or the forwarded one behind a trusted proxy. */
  host: string | undefined;
}

/** Says whether a browser page of this origin may use the server with the user's credentials. */
export type OriginPolicy = (question: OriginQuestion) => boolean;

const LOOPBACK = /^https?:\/\/(localhost|[a-z0-9-]+\.localhost|127(?:\.\d{1,3}){3}|\[::1\])(:\d+)?$/;

/**
 * The one rule on origins, for REST and sockets: listed ones, the server's own, and in development every port of
 * this machine when none are listed. The own origin is compared by host and port alone: behind a proxy that ends
 * TLS the server does not know the scheme its clients see.
 */
export function createOriginPolicy(options: { allowed: readonly string[]; loopback: boolean }): OriginPolicy {
  const allowed = new Set(options.allowed);
  return ({ origin, host }) => {
    if (origin === undefined) return true;
    if (allowed.has('*') || allowed.has(origin)) return true;
    if (options.loopback && LOOPBACK.test(origin)) return true;
    return (
      host !== undefined && URL.canParse(origin) && new URL(origin).host === withoutDefaultPort(origin, host)
    );
  };
}

function withoutDefaultPort(origin: string, host: string): string {
  const port = origin.startsWith('https:') ? ':443' : ':80';
  return (host.endsWith(port) ? host.slice(0, -port.length) : host).toLowerCase();
}
