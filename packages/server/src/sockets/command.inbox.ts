/** One thing to do; the next one starts when the promise settles. Must not reject. */
export type InboxStep = () => Promise<void>;

/** The events of one connection, one after the other in order of arrival, at most `max` of them waiting. */
export class CommandInbox {
  private waiting: InboxStep[] = [];
  private isRunning = false;
  private isClosed = false;

  constructor(private readonly max: number) {}

  /** Takes a step in its turn; false when too many wait and the connection should be closed. */
  push(step: InboxStep): boolean {
    if (this.isClosed) return true;
    if (this.waiting.length >= this.max) return false;
    this.waiting.push(step);
    if (!this.isRunning) void this.run();
    return true;
  }

  /** Drops what waits. */
  close(): void {
    this.isClosed = true;
    this.waiting = [];
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    for (let step = this.waiting.shift(); step !== undefined; step = this.waiting.shift()) await step();
    this.isRunning = false;
  }
}
