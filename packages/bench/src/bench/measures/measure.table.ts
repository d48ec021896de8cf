import { measureConnections } from './connections.measure.js';
import { measureFanOut } from './fan-out.measure.js';
import { measureGrowth } from './growth.measure.js';
import { measureLatency } from './latency.measure.js';
import { measureLogins } from './logins.measure.js';
import type { Measure } from './measure.js';
import { measureStartup } from './startup.measure.js';
import { measureThroughput } from './throughput.measure.js';

/** All measures, in the order in which they run: those that others build on first, those that leave the most behind last. */
export const measures = {
  startup: measureStartup,
  throughput: measureThroughput,
  latency: measureLatency,
  'fan-out': measureFanOut,
  logins: measureLogins,
  connections: measureConnections,
  growth: measureGrowth,
} satisfies Record<string, Measure>;

export type MeasureName = keyof typeof measures;
export const measureNames = Object.keys(measures) as MeasureName[];
