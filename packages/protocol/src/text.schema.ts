import { z } from 'zod';
import { limits } from './limits.js';

// A lone surrogate cannot be stored as UTF-8: it would come back as another character.
const loneSurrogate = /\p{Surrogate}/u;

/** Text that survives storage unchanged: well-formed Unicode without NUL. */
export const text = z
  .string()
  .refine((value) => !loneSurrogate.test(value), 'contains half of a surrogate pair')
  .refine((value) => !value.includes('\0'), 'contains a NUL character');

/** A document id: 24 hexadecimal digits; lower case from the server. */
export const id = z
  .string()
  .regex(/^[0-9a-fA-F]{24}$/, 'is not an id: 24 hexadecimal digits are needed')
  .transform((value) => value.toLowerCase())
  .meta({ example: '6740a1b2c3d4e5f601234567' });

/** ISO 8601 UTC with milliseconds. */
export const time = z.iso.datetime().meta({ example: '2026-11-21T09:30:00.000Z' });

/** The body of a message: not blank, at most `messageContentMaxCharacters`. */
export const content = text
  .min(1, 'is empty')
  .max(limits.messageContentMaxCharacters, `has more than ${limits.messageContentMaxCharacters} characters`)
  .refine((value) => value === '' || value.trim() !== '', 'is blank')
  .meta({ example: 'Hello there!' });

/** The sender's idempotency key: the same key twice is the same message. */
export const clientId = text
  .min(1)
  .max(limits.clientIdMaxCharacters)
  .meta({ example: '0193506e-7c1a-7e39-9d2c-1f6f5a0c8b11' });

/** A page size in a query string; `fallback` when absent. */
export function pageSize(fallback: number, max: number) {
  return z.coerce.number().int().min(1).max(max).default(fallback);
}

/** A count of things to pass over; 0 when absent. */
export function skipCount(max: number) {
  return z.coerce.number().int().min(0).max(max).default(0);
}

/** A sequence number in a query string. */
export const seqQuery = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
