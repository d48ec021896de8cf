import { ParleyError, type routes } from '@parley/protocol';
import type { Handlers } from './handler.js';

/** How the server is, as the composition root knows it. */
export interface ServerState {
  version: string;
  /** Seconds since the start. */
  uptime: () => number;
  isStopping: () => boolean;
  isDatabaseUp: () => boolean;
}

type HealthRoutes = Pick<typeof routes, 'health' | 'live' | 'ready'>;

/** Health: whether the process runs, whether it can serve, and why not. */
export function createHealthController(state: ServerState): Handlers<HealthRoutes> {
  return {
    async health(_, { setStatus }) {
      const isUp = state.isDatabaseUp();
      const isStopping = state.isStopping();
      if (isStopping || !isUp) setStatus(503);
      return {
        status: isStopping ? 'stopping' : isUp ? 'ok' : 'degraded',
        version: state.version,
        uptime: Math.round(state.uptime()),
        database: isUp ? 'up' : 'down',
        // This version runs on one node.
        redis: 'off',
      };
    },
    live: async () => ({ status: 'ok' }),
    async ready() {
      if (state.isStopping()) throw new ParleyError('shutting_down');
      if (!state.isDatabaseUp()) throw new ParleyError('database_unavailable');
      return { status: 'ready' };
    },
  };
}
