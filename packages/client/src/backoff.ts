/** Milliseconds to wait before attempt number `attempt` (0, 1, 2, ...): doubling from `baseMs`, half of it random. */
export function backoffMs(attempt: number, baseMs = 500, maxMs = 30_000): number {
  const full = Math.min(maxMs, baseMs * 2 ** attempt);
  // Without the random half all clients of a server that restarts would come back in the same moment.
  return full / 2 + Math.random() * (full / 2);
}

/** Resolves after a time. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
