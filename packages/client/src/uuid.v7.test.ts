import { expect, it } from 'vitest';
import { createUuidV7 } from './uuid.v7.js';

it('makes UUIDs of version 7 that ascend, however many in a millisecond', () => {
  const before = Date.now();
  const ids = Array.from({ length: 1_000 }, createUuidV7);
  for (const id of ids)
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Number.parseInt(ids[0]!.replaceAll('-', '').slice(0, 12), 16)).toBeGreaterThanOrEqual(before);
});
