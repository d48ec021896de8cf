import { z } from 'zod';

/** A JSON Schema, as loosely as documents need it. */
export interface JsonSchema {
  [member: string]: unknown;
}

/** What `override` of zod and of zod-openapi is called with, as far as both agree. */
interface OverrideContext {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: JsonSchema;
  io?: 'input' | 'output';
}

/**
 * Makes JSON Schemas say what travels. An output that is made by a transform (an id in lower case) has no schema of
 * its own: it is of the kind that went in. zod's pattern of a date is longer than this file, and `format` says it.
 */
export function refineJsonSchema({ zodSchema, jsonSchema }: OverrideContext): void {
  const { def } = zodSchema._zod;
  if (
    def.type === 'pipe' &&
    jsonSchema['type'] === undefined &&
    jsonSchema['$ref'] === undefined &&
    jsonSchema['anyOf'] === undefined
  ) {
    const { $schema: _, ...of } = toJsonSchema(def.in as z.ZodType, 'input');
    Object.assign(jsonSchema, of, { ...jsonSchema });
  }
  if (jsonSchema['format'] === 'date-time' || jsonSchema['format'] === 'email') delete jsonSchema['pattern'];
  // Later versions add members to answers; a client that refuses them would break.
  if (jsonSchema['additionalProperties'] === false) delete jsonSchema['additionalProperties'];
}

/** The JSON Schema of what goes in or comes out; schemas with an id stand in `$defs`. */
export function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  return z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: (context) => refineJsonSchema(context as OverrideContext),
  }) as JsonSchema;
}
