import { timingSafeEqual } from 'node:crypto';
import { ParleyError } from '@parley/protocol';
import type { Express } from 'express';
import { refuseMethod } from './route.mount.js';

/** What Prometheus reads. */
export interface MetricsSource {
  contentType: string;
  render(): Promise<string>;
  /** Without one, whoever can reach the server may read. */
  token: string | undefined;
}

/** Serves `/metrics`; without a source there is no such path. */
export function serveMetrics(app: Express, metrics: MetricsSource | undefined): void {
  if (metrics === undefined) return;
  app.get('/metrics', async (request, response) => {
    if (metrics.token !== undefined) {
      const given = /^Bearer (.+)$/i.exec(request.get('Authorization') ?? '')?.[1];
      if (given === undefined) throw new ParleyError('authentication_required');
      if (!isSame(given, metrics.token)) throw new ParleyError('invalid_token');
    }
    response.locals.route = '/metrics';
    response.setHeader('Cache-Control', 'no-store');
    response.type(metrics.contentType).send(await metrics.render());
  });
  app.all('/metrics', refuseMethod(['GET']));
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
