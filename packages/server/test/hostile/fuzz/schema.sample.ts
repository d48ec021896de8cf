import { z } from 'zod';
import type { RandomSource } from './random.source.js';

/** JSON Schema, as far as the schemas of the protocol use it. */
interface JsonSchema {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | boolean;
  propertyNames?: JsonSchema;
  items?: JsonSchema;
  pattern?: string;
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
}

/** What the server knows and a sample may name. */
export interface Known {
  ids: readonly string[];
  tokens: readonly string[];
}

const words = [
  'hello',
  'x',
  'Grüße',
  '你好',
  '\u{1f600}',
  'a b c',
  '{"text":"x"}',
  '<b>x</b>',
  '\u0301',
  '\u202e',
  'o\u200dk',
];

/** Makes values that a schema takes, or all but takes: what only `refine` knows is left to luck. */
export function createSampler(random: RandomSource, known: () => Known) {
  const made = new WeakMap<z.ZodType, JsonSchema>();

  function schemaOf(type: z.ZodType): JsonSchema {
    const found =
      made.get(type) ?? (z.toJSONSchema(type, { io: 'input', unrepresentable: 'any' }) as JsonSchema);
    made.set(type, found);
    return found;
  }

  function sampleText(schema: JsonSchema): string {
    if (schema.pattern?.includes('{24}') === true) return random.pick(known().ids);
    if (schema.format === 'email') return `fuzz${random.int(1e9)}@example.com`;
    if (schema.format === 'date-time') return new Date(random.int(2e12)).toISOString();
    const wanted = random.chance(0.9) ? random.int(20) : (schema.maxLength ?? 100) + random.int(3) - 1;
    if (schema.pattern?.includes('A-Za-z0-9._-') === true) return `fuzz${random.int(1e6)}`;
    let text = random.chance(0.1) ? random.pick(known().tokens) : random.pick(words);
    while (text.length < Math.max(wanted, schema.minLength ?? 0)) text += random.pick(words);
    return text;
  }

  function sampleNumber({ minimum = 0, maximum = 1_000 }: JsonSchema): number {
    if (random.chance(0.1)) return random.pick([minimum, maximum]);
    return minimum + random.int(Math.min(maximum - minimum, 200) + 1);
  }

  function sampleObject(schema: JsonSchema): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      if (schema.required?.includes(name) === true || random.chance(0.5)) object[name] = sample(member);
    }
    if (typeof schema.additionalProperties === 'object') {
      for (let count = random.int(4); count > 0; count -= 1) {
        object[sampleText(schema.propertyNames ?? {})] = sample(schema.additionalProperties);
      }
    }
    return object;
  }

  function sample(schema: JsonSchema): unknown {
    if (schema.const !== undefined) return schema.const;
    if (schema.enum !== undefined) return random.pick(schema.enum);
    if (schema.anyOf !== undefined) return sample(random.pick(schema.anyOf));
    switch (schema.type) {
      case 'string':
        return sampleText(schema);
      case 'integer':
      case 'number':
        return sampleNumber(schema);
      case 'boolean':
        return random.chance(0.5);
      case 'array':
        return Array.from({ length: random.int(5) }, () => sample(schema.items ?? {}));
      case 'object':
        return sampleObject(schema);
      default:
        return random.pick([random.pick(known().ids), random.int(100), random.pick(words), {}]);
    }
  }

  return (type: z.ZodType): unknown => sample(schemaOf(type));
}
