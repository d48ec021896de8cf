import { z } from 'zod';
import { limits } from './limits.js';
import { id, text, time } from './text.schema.js';

/** What a user shows to others: `offline` is also what an invisible user shows. */
export const presenceStatus = z.enum(['online', 'offline', 'away', 'busy']);
export type PresenceStatus = z.infer<typeof presenceStatus>;

/** A name to sign in with and to be found by; unique regardless of case. */
export const username = text
  .trim()
  .min(limits.usernameMinCharacters, `has fewer than ${limits.usernameMinCharacters} characters`)
  .max(limits.usernameMaxCharacters, `has more than ${limits.usernameMaxCharacters} characters`)
  .regex(/^[A-Za-z0-9._-]+$/, 'may contain letters, digits, dots, underscores and hyphens only')
  .meta({ example: 'john_doe' });

/** A display name; any script. */
export const displayName = text
  .trim()
  .min(1, 'is empty')
  .max(limits.nameMaxCharacters)
  .regex(/^\P{Cc}*$/u, 'contains a control character')
  .meta({ example: 'John Doe' });

/** An e-mail address, unique regardless of case; compared and stored in lower case. */
export const email = text
  .trim()
  .max(limits.emailMaxCharacters)
  .pipe(z.email('is not an e-mail address'))
  .transform((value) => value.toLowerCase())
  .meta({ example: 'john@example.com' });

/** Bytes of a string in UTF-8; TextEncoder is not in the language's own library. */
function countUtf8Bytes(value: string): number {
  let bytes = 0;
  for (const character of value) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** A password as it is offered: bounded, nothing else, so that a wrong one is told from no other. */
export const passwordAttempt = z
  .string()
  .min(1, 'is empty')
  .refine(
    (value) => countUtf8Bytes(value) <= limits.passwordMaxBytes,
    `has more than ${limits.passwordMaxBytes} bytes`,
  )
  .meta({ example: 'Password123' });

/** A new password: at least 8 characters, at most 1,024 bytes, no rules of composition (NIST SP 800-63B 5.1.1.2). */
export const newPassword = passwordAttempt.refine(
  (value) => [...value].length >= limits.passwordMinCharacters,
  `has fewer than ${limits.passwordMinCharacters} characters`,
);

/** A picture's address: http, https, or a path on this server. */
export const pictureUrl = text
  .max(limits.urlMaxCharacters)
  .regex(/^(https?:\/\/|\/(?!\/))[^\s\p{Cc}]*$|^$/u, 'is neither an http(s) address nor a path')
  .meta({ example: 'https://example.com/john.png' });

/** A user as others see it. `email` is there on one's own profile only. */
export const user = z
  .object({
    id,
    _id: id,
    username: z.string(),
    name: z.string(),
    email: z.string().optional(),
    profilePicture: z.string(),
    bio: z.string(),
    status: presenceStatus,
    lastSeen: time.nullable(),
    isActive: z.boolean(),
    createdAt: time,
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof user>;
