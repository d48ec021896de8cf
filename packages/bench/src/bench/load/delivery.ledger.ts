/** What became of numbered things that should each come once, in order. */
export interface LedgerCounts {
  sent: number;
  lost: number;
  doubled: number;
  reordered: number;
}

/**
 * The messages of each sender are numbered 1, 2, 3; here is noted which were sent and which came. A number that comes
 * after a larger one is reordered, one that comes twice is doubled, one that has not come when asked is lost.
 */
export function createDeliveryLedger(senders: number) {
  const sent = new Float64Array(senders);
  const highest = new Float64Array(senders);
  const missing = Array.from({ length: senders }, () => new Set<number>());
  let doubled = 0;
  let reordered = 0;
  let open = 0;

  return {
    /** The number of the sender's next message. */
    send(sender: number): number {
      open += 1;
      sent[sender] = (sent[sender] as number) + 1;
      return sent[sender] as number;
    },

    /** Notes that a message came. False when it should not have, being the second or nobody's. */
    arrive(sender: number, n: number): boolean {
      const top = highest[sender];
      if (top === undefined || !(n >= 1 && n <= (sent[sender] as number))) {
        doubled += 1;
        return false;
      }
      if (n > top) {
        for (let skipped = top + 1; skipped < n; skipped += 1) missing[sender]?.add(skipped);
        highest[sender] = n;
      } else if (missing[sender]?.delete(n) === true) reordered += 1;
      else {
        doubled += 1;
        return false;
      }
      open -= 1;
      return true;
    },

    /** How many are on their way. */
    open: () => open,

    /** A send was refused: nothing of it is to come. */
    refuse(): void {
      open -= 1;
    },

    /** The counts as they are; whatever is on its way counts as lost. */
    count(): LedgerCounts {
      const total = sent.reduce((sum, count) => sum + count, 0);
      return { sent: total, lost: open, doubled, reordered };
    },
  };
}
