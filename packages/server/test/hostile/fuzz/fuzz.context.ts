import type { AttackedServer, Memory } from '../support/attacked.server.js';
import type { createMutator } from './mutation.js';
import type { RandomSource } from './random.source.js';
import type { createSampler } from './schema.sample.js';

/** What one run came to. */
export interface FuzzReport {
  requests: number;
  events: number;
  /** Of the requests and events, those that were served: the fuzzer gets past the doors. */
  served: { requests: number; events: number };
  frames: number;
  slowestMs: number;
  /** Of what the slowest answer was. */
  slowestWhat: string;
  before: Memory;
  after: Memory;
  /** Each with what had been sent, so that it can be sent again. */
  serverErrors: string[];
  /** Crashes, unhandled rejections and logged errors of the server. */
  failures: string[];
  /** What was never answered. */
  unanswered: string[];
}

/** What the fuzzers share. */
export interface Fuzz {
  random: RandomSource;
  sample: ReturnType<typeof createSampler>;
  mutate: ReturnType<typeof createMutator>['mutate'];
  mutateText: ReturnType<typeof createMutator>['mutateText'];
  server: AttackedServer;
  report: FuzzReport;
  /** Remembers ids that the server gave, so that later samples hit something. */
  learn(text: string): void;
  noteTime(tookMs: number, what: string): void;
  isOver(): boolean;
}
