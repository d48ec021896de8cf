/** One thing to do; the next one starts when the promise settles. Must not reject. */
export type InboxStep = () => Promise<void>;

/** The events of one connection, one after the other. */
export interface CommandInbox {
  /** Takes a step in its turn; false when too many wait and the connection should be closed. */
  push(step: InboxStep): boolean;
  /** Drops what waits. */
  close(): void;
}

/** Runs steps in order of arrival, at most `max` of them waiting. */
export function createCommandInbox(max: number): CommandInbox {
  let waiting: InboxStep[] = [];
  let isRunning = false;
  let isClosed = false;

  async function run(): Promise<void> {
    isRunning = true;
    for (let step = waiting.shift(); step !== undefined && !isClosed; step = waiting.shift()) await step();
    isRunning = false;
  }

  return {
    push(step) {
      if (isClosed) return true;
      if (waiting.length >= max) return false;
      waiting.push(step);
      if (!isRunning) void run();
      return true;
    },
    close() {
      isClosed = true;
      waiting = [];
    },
  };
}
