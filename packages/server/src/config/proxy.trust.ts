import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Finds the address of the client behind trusted proxies, and the host name it used. */
export interface ProxyTrust {
  /** Whether the proxy at an address, `hop` hops away, is believed; Express takes it as `trust proxy`. */
  isTrusted(address: string, hop: number): boolean;
  addressOf(request: IncomingMessage): string;
  hostOf(request: IncomingMessage): string | undefined;
}

const NAMED_SUBNETS: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Proxies as TRUST_PROXY lists them: how many, or addresses and subnets; undefined when it is neither. */
export function parseProxies(value: string): number | string[] | undefined {
  if (/^(true|yes|on)$/i.test(value)) return 1;
  if (/^(false|no|off)$/i.test(value)) return 0;
  if (/^\d{1,2}$/.test(value)) return Number(value);
  const entries = value
    .split(',')
    .flatMap((entry) => NAMED_SUBNETS[entry.trim().toLowerCase()] ?? [entry.trim()]);
  return entries.every(isSubnet) ? entries : undefined;
}

function isSubnet(entry: string): boolean {
  const [address = '', prefix, ...more] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

/** The one reading of `X-Forwarded-*`: for requests, and for upgrades, which Express does not see. */
export function createProxyTrust(proxies: number | readonly string[]): ProxyTrust {
  const isTrusted =
    typeof proxies === 'number' ? (_: string, hop: number) => hop < proxies : matchSubnets(proxies);
  return {
    isTrusted,
    addressOf(request) {
      const hops = [
        request.socket.remoteAddress ?? '',
        ...listOf(request.headers['x-forwarded-for']).reverse(),
      ];
      let hop = 0;
      while (hop < hops.length - 1 && isTrusted(hops[hop] as string, hop)) hop += 1;
      return plain(hops[hop] as string);
    },
    hostOf(request) {
      const forwarded = listOf(request.headers['x-forwarded-host'])[0];
      if (forwarded === undefined || !isTrusted(request.socket.remoteAddress ?? '', 0))
        return request.headers.host;
      return forwarded;
    },
  };
}

function matchSubnets(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family);
  }
  return (given) => {
    const address = plain(given);
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}

/** An IPv4 address that came over a dual-stack socket, as IPv4. */
function plain(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
}

function listOf(header: string | string[] | undefined): string[] {
  return (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
