/** How much is measured. Times in seconds; windows are repeated and their median is told. */
export interface BenchSizes {
  startup: { starts: number };
  throughput: {
    /** Each user keeps so many messages unanswered; the one with the highest rate is measured. */
    pairs: { users: number; outstanding: readonly number[] }[];
    windows: number;
    seconds: number;
    warmSeconds: number;
  };
  latency: { users: number; loads: readonly number[]; windows: number; seconds: number; inserts: number };
  connections: { steps: readonly number[]; settleSeconds: number };
  fanOut: { rooms: readonly number[]; windows: number; seconds: number };
  growth: {
    stored: readonly number[];
    chats: number;
    calls: number;
    queriesOfEachKind: number;
    syncs: readonly number[];
    windows: number;
    seconds: number;
  };
  logins: {
    loginSeconds: number;
    users: number;
    badPerSecond: number;
    windows: number;
    seconds: number;
  };
}

/** `npm run bench`: every size of issue 5. */
const full: BenchSizes = {
  startup: { starts: 3 },
  throughput: {
    pairs: [
      { users: 200, outstanding: [8, 24, 48] },
      { users: 2_000, outstanding: [1] },
    ],
    windows: 4,
    seconds: 3,
    warmSeconds: 1,
  },
  latency: { users: 200, loads: [25, 50, 75], windows: 3, seconds: 3, inserts: 500 },
  connections: { steps: [1_000, 2_500, 5_000, 10_000], settleSeconds: 2 },
  fanOut: { rooms: [100, 1_000, 5_000], windows: 4, seconds: 2 },
  growth: {
    stored: [10_000, 100_000, 1_000_000],
    chats: 5_000,
    calls: 40,
    queriesOfEachKind: 20,
    syncs: [1, 100, 10_000],
    windows: 3,
    seconds: 3,
  },
  logins: { loginSeconds: 6, users: 200, badPerSecond: 200, windows: 5, seconds: 3 },
};

/** `npm run bench -- --quick`: about 4 minutes. The larger databases and all rooms but one are left out. */
const quick: BenchSizes = {
  startup: { starts: 1 },
  throughput: {
    pairs: [
      { users: 200, outstanding: [32] },
      { users: 2_000, outstanding: [1] },
    ],
    windows: 2,
    seconds: 1.5,
    warmSeconds: 0.5,
  },
  latency: { users: 200, loads: [25], windows: 2, seconds: 1.5, inserts: 200 },
  connections: { steps: [2_000], settleSeconds: 1 },
  fanOut: { rooms: [1_000], windows: 2, seconds: 1 },
  growth: {
    stored: [10_000],
    chats: 1_200,
    calls: 10,
    queriesOfEachKind: 3,
    syncs: [1, 100],
    windows: 1,
    seconds: 1.5,
  },
  logins: { loginSeconds: 3, users: 100, badPerSecond: 200, windows: 2, seconds: 1.5 },
};

/** What the tests run: everything once, as small as it can be; its figures mean nothing. */
const smallest: BenchSizes = {
  startup: { starts: 1 },
  throughput: { pairs: [{ users: 4, outstanding: [2] }], windows: 1, seconds: 0.2, warmSeconds: 0.1 },
  latency: { users: 4, loads: [25], windows: 1, seconds: 0.3, inserts: 20 },
  connections: { steps: [20], settleSeconds: 0.1 },
  fanOut: { rooms: [5], windows: 1, seconds: 0.2 },
  growth: {
    stored: [100, 200],
    chats: 10,
    calls: 2,
    queriesOfEachKind: 1,
    syncs: [1, 5],
    windows: 1,
    seconds: 0.2,
  },
  logins: { loginSeconds: 0.5, users: 4, badPerSecond: 20, windows: 1, seconds: 0.3 },
};

export const benchSizes = { full, quick, smallest };
export type SizeName = keyof typeof benchSizes;
