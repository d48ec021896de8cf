import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/chaos/report/table.js';
import { type ScenarioName, scenarios } from '../../src/chaos/scenarios/scenario.table.js';

const seed = 1 + Math.floor(Math.random() * 1_000_000);

const facts: Record<ScenarioName, string> = {
  presence: 'shows as online who is there, over reconnects, several devices and a crash',
  resume: 'brings clients that come and go back complete, in bounded pages',
  'slow-readers': 'cuts off readers that do not read, which then resume without loss',
  storm: 'takes everybody back at once after a kill',
  'database-down': 'refuses everything in time while the engine is frozen, and acknowledges nothing',
};

// Presence waits for a grace of 10 s twice; the others go on meanwhile.
describe.concurrent('a server under its short scenarios', () => {
  it.each(Object.entries(facts) as [ScenarioName, string][])(
    '%s: %s',
    async (name) => {
      const { rows, failures } = await scenarios[name]('short', seed);
      console.log(renderTable(rows, [name, `seed ${seed}`]));
      expect(failures).toEqual([]);
    },
    // Five servers at once on two cores: no time is judged here, only that it ends.
    400_000,
  );
});
