import type { PictureType } from '../models/picture.record.js';

/** How files of a kind begin: the signatures of the PNG (3rd ed., 5.2), JFIF and WebP (RFC 9649, 2.4) documents. */
const signatures: readonly { type: PictureType; pattern: RegExp }[] = [
  { type: 'image/png', pattern: /^89504e470d0a1a0a/ },
  { type: 'image/jpeg', pattern: /^ffd8ff/ },
  { type: 'image/webp', pattern: /^52494646.{8}57454250/ },
];

const HEAD_BYTES = 12;

/** What kind of picture the bytes are; undefined when none. What the sender says of them does not count. */
export function detectPictureType(bytes: Uint8Array): PictureType | undefined {
  const head = Array.from(bytes.subarray(0, HEAD_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
  return signatures.find(({ pattern }) => pattern.test(head))?.type;
}

/** Where a user's picture is served; another version has another address, so that caches never show an old one. */
export function pathOfPicture(userId: string, version: string): string {
  return `${ownPath(userId)}?v=${version}`;
}

/** Whether a profile picture is the one that this server keeps for the user. */
export function isKeptPicture(address: string, userId: string): boolean {
  return address.startsWith(ownPath(userId));
}

const ownPath = (userId: string) => `/api/pictures/${userId}`;
