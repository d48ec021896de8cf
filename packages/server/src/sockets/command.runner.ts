import { clientEvents, ParleyError } from '@parley/protocol';
import { presentProblem, toParleyError } from '../dialects/problem.presenter.js';
import type { Command } from './command.table.js';
import type { EdgeContext } from './edge.types.js';
import type { SocketIoConnection } from './socketio.connection.js';

/** Refusals in a row after which a connection that does not listen is closed. */
const REFUSALS_MAX = 200;

/** What a client gave to be called back with. */
export type AckCallback = (answer: object) => void;

/** One event as it came. Neither name nor payload was looked at. */
export interface ReceivedEvent {
  name: unknown;
  payload: unknown;
  ack: AckCallback | undefined;
}

/** Authenticates a connection by its own event; gives what the ack adds. */
export type Authenticate = (connection: SocketIoConnection, token: string) => Promise<object>;

/** Runs one event to where the next one may start. Never rejects. */
export type CommandRunner = (connection: SocketIoConnection, event: ReceivedEvent) => Promise<void>;

/** Validates events, holds them to the rates, calls their command and answers. */
export function createCommandRunner(
  { services, logger, metrics }: EdgeContext,
  table: ReadonlyMap<string, Command>,
  authenticate: Authenticate,
): CommandRunner {
  function nameOf({ name }: ReceivedEvent): string {
    return typeof name === 'string' && (name === 'authenticate' || table.has(name)) ? name : 'unknown';
  }

  function succeed(connection: SocketIoConnection, event: ReceivedEvent, result: object): void {
    connection.refusals = 0;
    metrics.onEvent?.(nameOf(event), 'ok');
    event.ack?.({ ok: true, ...result });
  }

  function fail(connection: SocketIoConnection, event: ReceivedEvent, error: unknown): void {
    const known = toParleyError(error);
    const name = nameOf(event);
    metrics.onEvent?.(name, known.code);
    if (known.code === 'internal') {
      logger.error(
        { err: error, event: name, connection: connection.id, user: connection.actor?.userId },
        'an event failed',
      );
    }
    const problem = presentProblem(known);
    if (event.ack === undefined) connection.send(connection.dialect.error(problem));
    else event.ack({ ok: false, error: problem });
    if (known.code === 'rate_limited' || connection.actor === null) connection.refusals += 1;
    if (connection.refusals > REFUSALS_MAX) connection.end('rateLimited', new ParleyError('rate_limited'));
  }

  async function run(connection: SocketIoConnection, event: ReceivedEvent): Promise<void> {
    if (event.name === 'authenticate') {
      const { token } = clientEvents.authenticate.payload.parse(event.payload);
      succeed(connection, event, await authenticate(connection, token));
      return;
    }
    const { actor } = connection;
    if (actor === null) throw new ParleyError('authentication_required');
    const command = typeof event.name === 'string' ? table.get(event.name) : undefined;
    await services.rateLimits[command?.rate ?? 'takeRequest'](actor.userId);
    if (command === undefined) {
      throw new ParleyError('unknown_event', {
        detail: `There is no event ${JSON.stringify(String(event.name).slice(0, 64))}`,
      });
    }
    const payload = command.payload.parse(event.payload);
    const target = command.target?.(payload);
    const isWarm = target !== undefined && connection.isWarm(target);
    const done = command.run({ connection, actor, payload }).then(
      (result) => {
        if (target !== undefined) connection.keepWarm(target);
        succeed(connection, event, result);
      },
      (error: unknown) => fail(connection, event, error),
    );
    if (!isWarm) await done;
  }

  return (connection, event) =>
    run(connection, event).catch((error: unknown) => fail(connection, event, error));
}
