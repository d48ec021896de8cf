import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** Numbers that others hold and that are read when Prometheus asks. */
export interface GaugeSources {
  /** Live connections. */
  connections: () => number;
  /** Users with a live connection. */
  usersOnline: () => number;
  /** Operations that wait for the database. */
  commitQueueDepth: () => number;
  /** 1 or 0. */
  databaseUp: () => boolean;
}

/** The metrics of one server; several servers in one process do not mix. */
export interface Metrics {
  observeRequest(labels: { method: string; route: string; status: number }, seconds: number): void;
  countMessage(kind: 'created' | 'edited' | 'deleted'): void;
  /** A client event over a live connection is done; `outcome` is `ok` or an error code. */
  countEvent(name: string, outcome: string): void;
  /** A new message went to this many live connections. */
  countDeliveries(count: number): void;
  contentType: string;
  render(): Promise<string>;
  close(): void;
}

/** Starts collecting: Node's own numbers (event loop delay, heap, collections), requests by route, and the gauges. */
export function createMetrics(sources: GaugeSources): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'parley_http_request_duration_seconds',
    help: 'Time to answer, by route template',
    labelNames: ['method', 'route', 'status'] as const,
    // From a cached answer to the time in which a person gives up.
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [registry],
  });
  const messages = new Counter({
    name: 'parley_messages_total',
    help: 'Messages written by this process since its start, by what was done',
    labelNames: ['kind'] as const,
    registers: [registry],
  });
  for (const kind of ['created', 'edited', 'deleted']) messages.inc({ kind }, 0);
  const events = new Counter({
    name: 'parley_socket_events_total',
    help: 'Client events over live connections, by how they ended',
    labelNames: ['event', 'outcome'] as const,
    registers: [registry],
  });
  const deliveries = new Counter({
    name: 'parley_deliveries_total',
    help: 'New messages handed to live connections',
    registers: [registry],
  });
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  gauge('parley_connections', 'Live connections', sources.connections);
  gauge('parley_users_online', 'Users with a live connection', sources.usersOnline);
  gauge('parley_commit_queue_depth', 'Operations that wait for the database', sources.commitQueueDepth);
  gauge('parley_database_up', 'Whether the database can be reached', () => (sources.databaseUp() ? 1 : 0));
  return {
    observeRequest: ({ method, route, status }, seconds) =>
      requests.observe({ method, route, status }, seconds),
    countMessage: (kind) => messages.inc({ kind }),
    countEvent: (event, outcome) => events.inc({ event, outcome }),
    countDeliveries: (count) => deliveries.inc(count),
    contentType: registry.contentType,
    render: () => registry.metrics(),
    close: () => registry.clear(),
  };
}
