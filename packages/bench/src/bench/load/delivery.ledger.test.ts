import { describe, expect, it } from 'vitest';
import { createDeliveryLedger } from './delivery.ledger.js';

/** A ledger of one sender of so many messages, of which these came in this order. */
function ledgerOf(sent: number, arrived: readonly number[]) {
  const ledger = createDeliveryLedger(1);
  for (let n = 0; n < sent; n += 1) ledger.send(0);
  for (const n of arrived) ledger.arrive(0, n);
  return ledger.count();
}

describe('the ledger of deliveries', () => {
  it('finds nothing wrong when every message comes once and in order', () => {
    expect(ledgerOf(3, [1, 2, 3])).toEqual({ sent: 3, lost: 0, doubled: 0, reordered: 0 });
  });

  it('counts a message that never came as lost, in the middle and at the end', () => {
    expect(ledgerOf(4, [1, 3])).toEqual({ sent: 4, lost: 2, doubled: 0, reordered: 0 });
  });

  it('counts a message that came twice as doubled', () => {
    expect(ledgerOf(3, [1, 2, 2, 3, 1])).toEqual({ sent: 3, lost: 0, doubled: 2, reordered: 0 });
  });

  it('counts a message that came after a later one as reordered and not as lost', () => {
    expect(ledgerOf(4, [1, 3, 4, 2])).toEqual({ sent: 4, lost: 0, doubled: 0, reordered: 1 });
  });

  it('counts a doubled one that was reordered before as both', () => {
    expect(ledgerOf(3, [2, 1, 1, 3])).toEqual({ sent: 3, lost: 0, doubled: 1, reordered: 1 });
  });

  it('makes up for a lost message with no other that is doubled', () => {
    expect(ledgerOf(3, [1, 1, 3])).toEqual({ sent: 3, lost: 1, doubled: 1, reordered: 0 });
  });

  it('counts a message that nobody sent as doubled', () => {
    expect(ledgerOf(1, [1, 2]).doubled).toBe(1);
    const ledger = createDeliveryLedger(1);
    ledger.arrive(-1, 1);
    ledger.arrive(0, Number.NaN);
    expect(ledger.count().doubled).toBe(2);
  });

  it('keeps the senders apart', () => {
    const ledger = createDeliveryLedger(2);
    expect([ledger.send(0), ledger.send(1), ledger.send(1)]).toEqual([1, 1, 2]);
    ledger.arrive(1, 1);
    ledger.arrive(1, 2);
    expect(ledger.count()).toEqual({ sent: 3, lost: 1, doubled: 0, reordered: 0 });
  });

  it('waits for nothing of a send that was refused', () => {
    const ledger = createDeliveryLedger(1);
    ledger.send(0);
    ledger.refuse();
    expect(ledger.open()).toBe(0);
  });
});
