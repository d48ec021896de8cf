/** `none`: nothing came for a second; `flood`: so much that what follows the messages cannot follow them any more. */
export type WritePace = 'none' | 'some' | 'flood';

/** How many times as long as its last flush a writer rests, at each pace. */
export type RestAtPace = Record<WritePace, number>;

/** Messages and changes within `SPAN_MS`: twice what the index of words can take in a tenth of the time. */
const FLOOD = 2_000;
const SPAN_MS = 1_000;

/**
 * Counts what is written on this node. What is derived from messages (heads of chats, watermarks, the index of words)
 * leaves a flood more of the time than it leaves usual days.
 */
export function createPaceMeter() {
  let notedAt = Number.NEGATIVE_INFINITY;
  /** What came in this span and in the one before. */
  let span = { startedAt: Number.NEGATIVE_INFINITY, noted: 0, before: 0 };

  return {
    /** A message or a change was written. */
    note(): void {
      notedAt = performance.now();
      const age = notedAt - span.startedAt;
      if (age >= SPAN_MS) span = { startedAt: notedAt, noted: 0, before: age < 2 * SPAN_MS ? span.noted : 0 };
      span.noted += 1;
    },

    current(): WritePace {
      if (performance.now() - notedAt >= SPAN_MS) return 'none';
      return Math.max(span.noted, span.before) > FLOOD ? 'flood' : 'some';
    },
  };
}
