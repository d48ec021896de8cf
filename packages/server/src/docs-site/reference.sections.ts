import {
  clientEvents,
  closeCodes,
  type ErrorCode,
  errorCatalogue,
  type LimitName,
  limits,
  lobbyFrame,
  lobbyHistory,
  lobbyMessage,
  serverEvents,
} from '@parley/protocol';
import { dialectEvents } from './dialect.events.js';
import type { DocumentedRoute, RouteTables } from './documented.route.js';
import type { ReferenceSection, ReferenceTable } from './reference.model.js';
import { describeSchema } from './schema.text.js';

const code = (text: string) => `\`${text}\``;

/** Every error code, and where it comes from. */
export function describeErrorCodes(tables: RouteTables): ReferenceSection {
  const routes = Object.values(tables.canonical);
  const rows = (Object.keys(errorCatalogue) as ErrorCode[]).map((name) => {
    const { status, title } = errorCatalogue[name];
    return { id: `error-${name}`, cells: [code(name), String(status), title, sourcesOf(name, routes)] };
  });
  return {
    id: 'errors',
    title: 'Errors',
    intro: [
      'An error has the same code on every transport: over REST as `application/problem+json` with the status below, in an acknowledgement as `{ ok: false, error }`, on the raw WebSocket as `{ type: "error", code, message }`. Codes are stable; sentences may change.',
      '`issues` lists everything that is wrong with the input, `retryAfter` says after how many seconds to try again, `instance` is the id of the request in the log of the server.',
    ],
    tables: [{ table: { columns: ['Code', 'Status', 'Meaning', 'From'], rows } }],
  };
}

/** Where codes come from that no endpoint has to itself. */
const SHARED_SOURCES: { [code in ErrorCode]?: string } = {
  invalid_request: 'Whatever takes input',
  malformed_json: 'Whatever takes a body',
  payload_too_large: 'Whatever takes a body',
  unsupported_media_type: 'Whatever takes a body',
  authentication_required: 'Whatever needs a session',
  invalid_token: 'Whatever needs a session',
  token_expired: 'Whatever needs a session',
  session_revoked: 'Whatever needs a session',
  origin_not_allowed: 'What changes something, with the cookie',
  not_found: 'Any other address',
  method_not_allowed: 'Any address',
  rate_limited: 'Whatever needs a session, and signing in',
  server_busy: 'Signing in, and whatever writes',
  storage_full: 'Whatever writes',
  internal: 'Anything',
  database_unavailable: 'Anything',
  shutting_down: 'Anything',
};

function sourcesOf(name: ErrorCode, routes: readonly DocumentedRoute[]): string {
  const own = routes
    .filter(({ errors }) => errors.includes(name))
    .map(({ method, path }) => code(`${method} ${path}`));
  return SHARED_SOURCES[name] ?? (own.length > 0 ? own.join(', ') : 'Live connections');
}

/** The table of limits; `comments` adds what the source says of them. */
export function describeLimits(comments: ReadonlyMap<string, string> = new Map()): ReferenceSection {
  const rows = (Object.keys(limits) as LimitName[]).map((name) => {
    const comment = comments.get(name);
    return {
      id: `limit-${name}`,
      cells: [code(name), formatLimit(name), ...(comments.size === 0 ? [] : [comment ?? ''])],
    };
  });
  return {
    id: 'limits',
    title: 'Limits',
    intro: [
      'Everything that can grow has a limit. Past it there is an error with a code, or the oldest gives way; nothing grows without bounds.',
    ],
    tables: [{ table: { columns: ['Limit', 'Value', ...(comments.size === 0 ? [] : ['About'])], rows } }],
  };
}

/** A limit with the unit that its name ends in. */
function formatLimit(name: LimitName): string {
  const value = limits[name];
  if (name.endsWith('Ms')) return value % 1_000 === 0 ? `${value / 1_000} s` : `${value} ms`;
  if (name.endsWith('Bytes'))
    return value % 1_048_576 === 0
      ? `${value / 1_048_576} MiB`
      : value % 1_024 === 0
        ? `${value / 1_024} KiB`
        : `${value} bytes`;
  const number = value.toLocaleString('en-US');
  if (name.endsWith('Characters')) return `${number} characters`;
  return name.endsWith('PerSecond') ? `${number} a second` : number;
}

/** Close codes of the raw WebSocket. */
export function describeCloseCodes(): ReferenceSection {
  const rows = Object.values(closeCodes).map(({ code: number, reason }) => ({
    cells: [String(number), reason],
  }));
  return {
    id: 'close-codes',
    title: 'Close codes',
    intro: [
      'With which the server ends a raw WebSocket. Socket.IO clients get an `error` event that says the same, and are disconnected.',
    ],
    tables: [{ table: { columns: ['Code', 'Reason'], rows } }],
  };
}

/** Everything that travels live, both ways, in every dialect. */
export function describeEvents(): ReferenceSection {
  const fromClient: ReferenceTable = {
    columns: ['Event', 'Payload', 'Acknowledgement adds', 'Meaning'],
    rows: Object.entries(clientEvents).map(([name, { payload, result, summary }]) => ({
      id: `event-${name}`,
      cells: [
        code(name),
        code(describeSchema(payload, 'input')),
        code(describeSchema(result, 'output')),
        summary,
      ],
    })),
  };
  const fromServer: ReferenceTable = {
    columns: ['Event', 'Payload', 'Meaning'],
    rows: Object.entries(serverEvents).map(([name, { payload, summary }]) => ({
      id: `event-server-${name}`,
      cells: [code(name), code(describeSchema(payload, 'output')), summary],
    })),
  };
  const lobby: ReferenceTable = {
    columns: ['Frame', 'From', 'Meaning'],
    rows: [
      {
        cells: [
          code(describeSchema(lobbyFrame, 'input')),
          'client',
          'A message for everybody. A frame that is no JSON is its text',
        ],
      },
      { cells: [code(describeSchema(lobbyMessage, 'output')), 'server', 'A message, your own among them'] },
      { cells: [code(describeSchema(lobbyHistory, 'output')), 'server', 'The last messages, on connecting'] },
      {
        cells: [
          code('{ type: "error", code: string, message: string }'),
          'server',
          'A frame of yours failed',
        ],
      },
    ],
  };
  const dialects: ReferenceTable = {
    columns: ['Dialect', 'From', 'Event', 'Payload', 'Meaning'],
    rows: dialectEvents.map(({ dialect, from, name, payload, meaning }) => ({
      cells: [dialect, from, code(name), code(payload), meaning],
    })),
  };
  return {
    id: 'events',
    title: 'Events',
    intro: [
      'Connect with Socket.IO and `auth: { token }`; the `Authorization` header, the cookie (from an allowed origin) and the `authenticate` event work as well. Every client event takes an acknowledgement: `{ ok: true, ... }` or `{ ok: false, error }`.',
      '`id` stands for 24 hexadecimal digits, `time` for ISO 8601 in UTC.',
    ],
    tables: [
      { title: 'From the client', table: fromClient },
      { title: 'From the server', table: fromServer },
      { title: 'Raw WebSocket: the lobby, at `/ws?token=` and `/?token=`', table: lobby },
      { title: 'Other dialects', table: dialects },
    ],
  };
}

/** Every endpoint of every dialect, in one line each. */
export function describeEndpoints(tables: RouteTables): ReferenceSection {
  const list = (routes: Readonly<Record<string, DocumentedRoute>>): ReferenceTable => ({
    columns: ['Method', 'Path', 'Meaning'],
    rows: Object.values(routes).map(({ method, path, summary, auth }) => ({
      cells: [method, code(path), auth ? summary : `${summary} (no session needed)`],
    })),
  });
  return {
    id: 'endpoints',
    title: 'REST',
    intro: [
      'What they take and give, and a form to try them, is on the [page of the REST interface](/api/docs/rest).',
    ],
    tables: [
      { table: list(tables.canonical) },
      { title: 'Classic', table: list(tables.classic) },
      { title: 'Colon', table: list(tables.colon) },
      { title: 'Sidebar, with `DIALECT=sidebar`', table: list(tables.sidebar) },
    ],
  };
}
