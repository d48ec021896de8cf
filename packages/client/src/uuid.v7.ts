let lastMs = 0;
let counter = 0;

/**
 * A UUID of version 7 (RFC 9562 section 5.7): ordered by time, and within one process strictly ascending, so that
 * sorting by it gives the order of sending. The 12 bits after the time count within a millisecond (section 6.2).
 */
export function createUuidV7(now: number = Date.now()): string {
  if (now > lastMs) {
    lastMs = now;
    counter = 0;
  } else if (counter < 0xfff) counter += 1;
  else {
    lastMs += 1;
    counter = 0;
  }
  // randomUUID exists in secure contexts only; a chat on a local network may be opened over plain HTTP.
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  bytes[0] = 0x80 | (bytes[0]! & 0x3f);
  const tail = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const time = lastMs.toString(16).padStart(12, '0');
  const count = counter.toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
