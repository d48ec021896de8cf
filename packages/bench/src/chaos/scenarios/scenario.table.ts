import { databaseDownSettings, playDatabaseDown } from './database-down.scenario.js';
import { playPresence, presenceSettings } from './presence.scenario.js';
import { playResume, resumeSettings } from './resume.scenario.js';
import type { ScenarioResult } from './scenario.js';
import { playSlowReaders, slowReadersSettings } from './slow-readers.scenario.js';
import { playStorm, stormSettings } from './storm.scenario.js';

/** `full` is what docs/reliability.md reports, `short` what the tests run. */
export type Size = 'full' | 'short';

/** Every scenario by its name on the command line. */
export const scenarios = {
  resume: (size: Size, seed: number) => playResume(resumeSettings[size], seed),
  'slow-readers': (size: Size, seed: number) => playSlowReaders(slowReadersSettings[size], seed),
  presence: (size: Size, seed: number) => playPresence(presenceSettings[size], seed),
  storm: (size: Size, seed: number) => playStorm(stormSettings[size], seed),
  'database-down': (size: Size, seed: number) => playDatabaseDown(databaseDownSettings[size], seed),
} as const satisfies Record<string, (size: Size, seed: number) => Promise<ScenarioResult>>;

export type ScenarioName = keyof typeof scenarios;
export const scenarioNames = Object.keys(scenarios) as ScenarioName[];
