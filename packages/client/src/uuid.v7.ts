let last = 0;

/**
 * A UUID of version 7 (RFC 9562 section 5.7): ordered by time, and within one process strictly ascending, so that
 * sorting by it gives the order of sending. A second one within a millisecond takes the next millisecond (section 6.2,
 * method 3 with the time itself as the counter).
 */
export function createUuidV7(): string {
  last = Math.max(Date.now(), last + 1);
  // randomUUID exists in secure contexts only; a chat on a local network may be opened over plain HTTP.
  const random = crypto.getRandomValues(new Uint8Array(10));
  random[0]! &= 0x0f;
  random[0]! |= 0x70;
  random[2]! &= 0x3f;
  random[2]! |= 0x80;
  const digits = [...random].map((byte) => (byte + 256).toString(16).slice(1));
  return (last.toString(16).padStart(12, '0') + digits.join('')).replace(
    /(.{8})(.{4})(.{4})(.{4})/,
    '$1-$2-$3-$4-',
  );
}
