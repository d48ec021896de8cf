import { z } from 'zod';
import { limits } from './limits.js';
import { id, text, time } from './text.schema.js';
import {
  displayName,
  email,
  newPassword,
  passwordAttempt,
  pictureUrl,
  user,
  username,
} from './user.schema.js';

/** A new account. One of `username`, `name` and `fullName` is needed; a username is made from a name if need be. */
export const registerInput = z
  .object({
    username: username.optional(),
    name: displayName.optional(),
    fullName: displayName.optional(),
    email,
    password: newPassword,
    confirmPassword: z.string().optional(),
  })
  .refine((value) => value.username ?? value.name ?? value.fullName, {
    message: 'is needed',
    path: ['username'],
  })
  .refine((value) => value.confirmPassword === undefined || value.confirmPassword === value.password, {
    message: 'is not the same as password',
    path: ['confirmPassword'],
  });
export type RegisterInput = z.infer<typeof registerInput>;

const identifier = text.trim().min(1, 'is empty').max(limits.emailMaxCharacters);

/** Who signs in, by e-mail address or username in any of the three fields. */
export const loginInput = z
  .object({
    identifier: identifier.optional(),
    email: identifier.optional(),
    username: identifier.optional(),
    password: passwordAttempt,
  })
  .refine((value) => value.identifier ?? value.email ?? value.username, {
    message: 'is needed, or email, or username',
    path: ['identifier'],
  });
export type LoginInput = z.infer<typeof loginInput>;

const token = z.string().min(1).max(limits.tokenMaxCharacters);

export const refreshInput = z.object({ refreshToken: token.optional() }).default({});
export const logoutInput = z.object({ all: z.boolean().default(false) }).default({ all: false });
export const profileInput = z.object({
  username: username.optional(),
  name: displayName.optional(),
  bio: text.trim().max(limits.bioMaxCharacters).optional(),
  profilePicture: pictureUrl.optional(),
  email: email.optional(),
});
export type ProfileInput = z.infer<typeof profileInput>;
/** A picture as bytes; what kind it is shows in them. */
export const pictureInput = z.object({
  image: z
    .base64('is not base64')
    .max(4 * Math.ceil(limits.pictureMaxBytes / 3), `has more than ${limits.pictureMaxBytes} bytes`)
    .meta({ description: 'A PNG, JPEG or WebP picture, in base64' }),
});
export const changePasswordInput = z.object({ currentPassword: passwordAttempt, newPassword });

/** What signing in gives. The same tokens are set as HttpOnly cookies. */
export const signedIn = z
  .object({
    user,
    token: z.string(),
    refreshToken: z.string(),
    expiresIn: z.int().positive().meta({ description: 'Seconds until the access token expires' }),
  })
  .meta({ id: 'SignedIn' });
export type SignedIn = z.infer<typeof signedIn>;

/** One signed-in device. */
export const session = z
  .object({
    id,
    agent: z.string(),
    address: z.string(),
    createdAt: time,
    lastUsedAt: time,
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof session>;
