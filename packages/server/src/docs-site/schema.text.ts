import { message } from '@parley/protocol';
import type { z } from 'zod';
import { type JsonSchema, toJsonSchema } from './json.schema.js';

/** A schema as a person writes it down: `{ chatId: id, upTo?: integer }`. */
export function describeSchema(schema: z.ZodType, io: 'input' | 'output'): string {
  return describe(toJsonSchema(schema, io));
}

function describe(schema: JsonSchema): string {
  const { $ref, anyOf, type } = schema as { $ref?: string; anyOf?: JsonSchema[]; type?: string };
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf('/') + 1);
  if (anyOf !== undefined) return anyOf.map(describe).join(' | ');
  if (schema['enum'] !== undefined)
    return (schema['enum'] as unknown[]).map((value) => JSON.stringify(value)).join(' | ');
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  if (type === 'object') return describeObject(schema);
  if (type === 'array') return `[${describe((schema['items'] ?? {}) as JsonSchema)}]`;
  if (type === 'string' && String(schema['pattern']).includes('{24}')) return 'id';
  if (type === 'string' && schema['format'] === 'date-time') return 'time';
  return type ?? 'anything';
}

const MESSAGE_MEMBERS = Object.keys(message.shape);

/** A message with more: what every message has goes without saying. */
function describeExtended(schema: JsonSchema, properties: Record<string, JsonSchema>): string {
  const added = Object.entries(properties).filter(([name]) => !MESSAGE_MEMBERS.includes(name));
  return `Message & ${describeObject({ ...schema, properties: Object.fromEntries(added) })}`;
}

function describeObject(schema: JsonSchema): string {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = new Set((schema['required'] ?? []) as string[]);
  const names = Object.keys(properties);
  if (names.length === 0) {
    const values = schema['additionalProperties'];
    return typeof values === 'object' && values !== null
      ? `{ [id]: ${describe(values as JsonSchema)} }`
      : '{}';
  }
  if (MESSAGE_MEMBERS.every((name) => name in properties)) return describeExtended(schema, properties);
  const members = names.map(
    (name) => `${name}${required.has(name) ? '' : '?'}: ${describe(properties[name] as JsonSchema)}`,
  );
  return `{ ${members.join(', ')} }`;
}
