import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileCases } from './hostile.cases.js';
import { createHostileRunner } from './hostile.runner.js';

// The same list as `npm run hostile`, in its short form, and without asking how fast the next ack is.
const runner = createHostileRunner({ isThorough: false });
afterAll(() => runner.close(), 30_000);

describe.each([...new Set(hostileCases.map(({ group }) => group))])('%s', (group) => {
  const cases = hostileCases.filter((one) => one.group === group);
  let before: Awaited<ReturnType<typeof runner.weigh>>;
  beforeAll(async () => {
    await runner.warm(cases);
    before = await runner.weigh();
  });

  it.each(cases.flatMap((one) => one.on.map((transport) => [transport, one.name, one] as const)))(
    '%s: %s',
    async (transport, _name, one) => {
      const missing = one.missing?.();
      if (missing !== undefined) console.log(`skipped: ${missing}`);
      const { outcome, reason } = await runner.run(one, transport);
      expect([outcome, reason]).toEqual([missing === undefined ? 'ok' : 'skipped', missing]);
    },
  );

  it('leaves the memory where it was', async () => {
    expect(await runner.settle(before)).toBeGreaterThanOrEqual(0);
  });
});
