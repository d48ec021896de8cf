import {
  clientEvents,
  lobbyError,
  lobbyFrame,
  lobbyHistory,
  lobbyMessage,
  serverEvents,
} from '@parley/protocol';
import type { z } from 'zod';
import { type JsonSchema, toJsonSchema } from './json.schema.js';
import { problemSchema } from './openapi.errors.js';

type Named = Record<string, JsonSchema>;

/** The AsyncAPI 3.0 document of everything that travels over Socket.IO and the raw WebSocket. */
export function createAsyncApi(options: { version: string; url: string; cookieName: string }): object {
  const schemas: Named = {};
  const payloadOf = (schema: z.ZodType, io: 'input' | 'output') =>
    liftDefinitions(toJsonSchema(schema, io), schemas);
  schemas['Problem'] = payloadOf(problemSchema, 'output');
  const events = describeEvents(payloadOf);
  const lobby = describeLobby(payloadOf);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Parley',
      version: options.version,
      description:
        'Live events. Every client event takes an acknowledgement: `{ ok: true, ... }` or `{ ok: false, error }`; without one an error comes as the `error` event.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      here: {
        host: new URL(options.url).host,
        protocol: 'ws',
        description: 'The same port as REST',
        security: [
          {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'In Socket.IO also as auth.token',
          },
          {
            type: 'httpApiKey',
            in: 'cookie',
            name: options.cookieName,
            description: 'From an allowed origin',
          },
          { type: 'httpApiKey', in: 'query', name: 'token', description: 'On the raw WebSocket' },
        ],
      },
    },
    channels: {
      socket: {
        address: '/socket.io/',
        title: 'Socket.IO',
        description: 'Protocol version 5 (client 3 or 4); one event is one message.',
        messages: events.messages,
      },
      lobby: {
        address: '/ws',
        title: 'Raw WebSocket',
        description: 'The lobby: one public room that every user is in. Also at /.',
        messages: lobby.messages,
      },
    },
    operations: { ...events.operations, ...lobby.operations },
    components: { schemas },
  };
}

type PayloadOf = (schema: z.ZodType, io: 'input' | 'output') => JsonSchema;

interface Described {
  messages: Record<string, object>;
  operations: Record<string, object>;
}

const messageOf = (channel: string, name: string) => ({ $ref: `#/channels/${channel}/messages/${name}` });

function describeEvents(payloadOf: PayloadOf): Described {
  const described: Described = { messages: {}, operations: {} };
  const channel = { $ref: '#/channels/socket' };
  for (const [name, { summary, payload, result }] of Object.entries(clientEvents)) {
    described.messages[name] = { name, summary, payload: payloadOf(payload, 'input') };
    described.messages[`${name}.ack`] = {
      name: 'ack',
      summary: `Acknowledges ${name}`,
      payload: acknowledge(payloadOf(result, 'output')),
    };
    described.operations[name] = {
      action: 'receive',
      channel,
      summary,
      messages: [messageOf('socket', name)],
      reply: { channel, messages: [messageOf('socket', `${name}.ack`)] },
    };
  }
  for (const [name, { summary, payload }] of Object.entries(serverEvents)) {
    const key = `server.${name}`;
    described.messages[key] = { name, summary, payload: payloadOf(payload, 'output') };
    described.operations[key] = { action: 'send', channel, summary, messages: [messageOf('socket', key)] };
  }
  return described;
}

function acknowledge(result: JsonSchema): JsonSchema {
  const ok = { type: 'object', properties: { ok: { const: true } }, required: ['ok'] };
  const failed = {
    type: 'object',
    properties: { ok: { const: false }, error: { $ref: '#/components/schemas/Problem' } },
    required: ['ok', 'error'],
  };
  return { oneOf: [{ allOf: [ok, result] }, failed] };
}

function describeLobby(payloadOf: PayloadOf): Described {
  const channel = { $ref: '#/channels/lobby' };
  const messages = {
    frame: {
      name: 'frame',
      summary: 'A message for everybody; a frame that is no JSON is its text',
      payload: payloadOf(lobbyFrame, 'input'),
    },
    message: {
      name: 'message',
      summary: 'A message of the lobby, your own among them',
      payload: payloadOf(lobbyMessage, 'output'),
    },
    history: {
      name: 'history',
      summary: 'The last messages, on connecting',
      payload: payloadOf(lobbyHistory, 'output'),
    },
    error: { name: 'error', summary: 'A frame of yours failed', payload: payloadOf(lobbyError, 'output') },
  };
  const sent = Object.keys(messages).filter((name) => name !== 'frame');
  return {
    messages,
    operations: {
      'lobby.frame': {
        action: 'receive',
        channel,
        summary: messages.frame.summary,
        messages: [messageOf('lobby', 'frame')],
      },
      'lobby.send': {
        action: 'send',
        channel,
        summary: 'What comes from the lobby',
        messages: sent.map((name) => messageOf('lobby', name)),
      },
    },
  };
}

/** Moves the named schemas of a schema into the components, and lets it refer to them there. */
function liftDefinitions(schema: JsonSchema, components: Named): JsonSchema {
  const { $schema: _, $defs, id: __, ...rest } = schema as JsonSchema & { $defs?: Named };
  for (const [name, definition] of Object.entries($defs ?? {})) components[name] ??= redirect(definition);
  return redirect(rest);
}

function redirect<T>(schema: T): T {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as T;
}
