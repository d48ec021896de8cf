/** What stands for a network address that cannot be read. */
const UNREADABLE_MAX = 64;

/**
 * Who counts as one address: an IPv4 address, or the /64 of an IPv6 address, since a single subscriber has at least
 * that many (RFC 6177) and could take a new one for every attempt. An IPv4 address within IPv6 is the IPv4 address.
 */
export function groupOfAddress(address: string): string {
  const bare = address
    .trim()
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '');
  const ipv4 = /^(?:(?:0{0,4}:){0,5}:?ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/.exec(bare)?.[1];
  if (ipv4 !== undefined) return ipv4;
  const groups = expandIpv6(bare);
  if (groups === null) return bare.slice(0, UNREADABLE_MAX);
  const [high, low] = [groups[6], groups[7]];
  if (
    groups.slice(0, 5).every((group) => group === 0) &&
    groups[5] === 0xffff &&
    high !== undefined &&
    low !== undefined
  ) {
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight groups of an IPv6 address, or null. */
function expandIpv6(address: string): number[] | null {
  const halves = address.split('::');
  if (halves.length > 2 || !address.includes(':')) return null;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (head === undefined) return null;
  const given = head.length + (tail?.length ?? 0);
  if (tail === undefined ? given !== 8 : given > 7) return null;
  const groups = [...head, ...Array<string>(8 - given).fill('0'), ...(tail ?? [])];
  return groups.every((group) => /^[0-9a-f]{1,4}$/.test(group))
    ? groups.map((group) => Number.parseInt(group, 16))
    : null;
}
