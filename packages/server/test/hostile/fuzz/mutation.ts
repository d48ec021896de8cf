import type { RandomSource } from './random.source.js';

const odd: unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e308,
  -1e308,
  2 ** 53,
  Number.MIN_VALUE,
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\ufeff',
  '__proto__',
  'constructor',
  '0'.repeat(24),
  'f'.repeat(24),
  'g'.repeat(24),
  '../../x',
  '$where',
  '%00',
  '\r\nX: y',
  '🙂'.repeat(50),
  'x'.repeat(11_000),
  [],
  [[]],
  [null],
  {},
  { $ne: null },
  { $gt: '' },
  { toString: 1 },
  // biome-ignore lint/suspicious/noThenProperty: what an await would take for a promise is among what is tried
  { then: 1 },
  { length: 1e9 },
  { _placeholder: true, num: 0 },
  { type: 'Buffer', data: [1] },
];

/** Values one or a few mistakes away from a good one. */
export function createMutator(random: RandomSource) {
  function mutateObject(value: Record<string, unknown>): unknown {
    const names = Object.keys(value);
    const copy: Record<string, unknown> = { ...value };
    const name = names.length === 0 ? 'x' : random.pick(names);
    switch (random.int(6)) {
      case 0:
        delete copy[name];
        return copy;
      case 1:
        copy[
          random.pick([
            '__v',
            'id',
            '_id',
            'sender',
            'seq',
            'role',
            '$set',
            'constructor',
            'text',
            'content',
            '',
          ])
        ] = random.pick(odd);
        return copy;
      case 2:
        copy[name.toUpperCase()] = copy[name];
        return copy;
      case 3:
        return [copy];
      default:
        copy[name] = mutate(copy[name]);
        return copy;
    }
  }

  function mutate(value: unknown): unknown {
    if (random.chance(0.3)) return random.pick(odd);
    if (Array.isArray(value)) {
      if (random.chance(0.5)) return [...value, random.pick(odd)];
      return value.map((entry) => (random.chance(0.5) ? mutate(entry) : entry));
    }
    if (typeof value === 'object' && value !== null) return mutateObject(value as Record<string, unknown>);
    if (typeof value === 'string') return mutateText(value);
    if (typeof value === 'number')
      return random.pick([-value, value + 0.5, value * 2 ** 53, String(value), [value]]);
    return random.pick(odd);
  }

  /** Text with a piece cut out, doubled, or replaced. */
  function mutateText(text: string): string {
    const at = random.int(text.length + 1);
    const end = at + random.int(8);
    switch (random.int(4)) {
      case 0:
        return text.slice(0, at) + text.slice(end);
      case 1:
        return text.slice(0, end) + text.slice(at);
      case 2:
        return text.slice(0, at) + String.fromCharCode(random.int(0x10000)) + text.slice(end);
      default:
        return (
          text.slice(0, at) +
          random.pick(['"', '{', '}', '[', ']', ',', ':', '\\', '0', '\u0000', '%', '&', '=', '/', '..']) +
          text.slice(at)
        );
    }
  }

  return { mutate, mutateText };
}
