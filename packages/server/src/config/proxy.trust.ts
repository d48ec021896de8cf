import type { IncomingMessage } from 'node:http';
import express from 'express';

/** Decides whether the proxy at an address, `hop` hops away, is believed. */
type TrustCheck = (address: string, hop: number) => boolean;

/** Whether the value can be TRUST_PROXY. */
export function isTrustable(value: number | string): boolean {
  try {
    compileTrust(value);
    return true;
  } catch {
    return false;
  }
}

/** Express knows how to read subnets and names such as `loopback`; sockets need the same answer. */
function compileTrust(value: number | string): TrustCheck {
  const app = express();
  app.set('trust proxy', value);
  return app.get('trust proxy fn') as TrustCheck;
}

/** Finds the address of the client behind trusted proxies, and the host name it used. */
export interface ProxyTrust {
  addressOf(request: IncomingMessage): string;
  hostOf(request: IncomingMessage): string | undefined;
}

/** The same reading of `X-Forwarded-*` for requests and for upgrades, which Express does not see. */
export function createProxyTrust(value: number | string): ProxyTrust {
  const isTrusted = compileTrust(value);
  return {
    addressOf(request) {
      const forwarded = listOf(request.headers['x-forwarded-for']).reverse();
      const hops = [request.socket.remoteAddress ?? '', ...forwarded];
      let hop = 0;
      while (hop < hops.length - 1 && isTrusted(hops[hop] as string, hop)) hop += 1;
      return hops[hop] as string;
    },
    hostOf(request) {
      const forwarded = listOf(request.headers['x-forwarded-host'])[0];
      return forwarded !== undefined && isTrusted(request.socket.remoteAddress ?? '', 0) ? forwarded : request.headers.host;
    },
  };
}

function listOf(header: string | string[] | undefined): string[] {
  return (Array.isArray(header) ? header.join(',') : (header ?? ''))
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
