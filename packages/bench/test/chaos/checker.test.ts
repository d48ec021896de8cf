import { describe, expect, it } from 'vitest';
import { findViolations } from '../../src/chaos/checker/checker.js';
import type { FinalView, PromiseName } from '../../src/chaos/checker/verdict.js';
import type { NewRecord } from '../../src/chaos/history.js';
import {
  makeWorld,
  pageOf,
  readOf,
  recordsFrom,
  seenBy,
  sendOf,
  syncOf,
  type World,
} from './history.fixture.js';

/** What is found when these records are added, and the world is changed. */
function brokenBy(added: NewRecord[], change: (world: World) => void = () => undefined): PromiseName[] {
  const world = makeWorld();
  world.records = recordsFrom(...world.records, ...added);
  change(world);
  return [...new Set(findViolations(world).map(({ promise }) => promise))];
}

describe('the checker', () => {
  it('finds nothing in a history that keeps every promise', () => {
    const quiet = [
      seenBy('bob/1', 1),
      seenBy('bob/1', 3),
      pageOf([1, 2, 3], 200),
      syncOf(1, [2, 3], 3),
      readOf(2, 2, 300),
    ];
    expect(brokenBy(quiet)).toEqual([]);
  });

  it('finds an acknowledged message that is not in the log', () => {
    expect(brokenBy([sendOf(4, { start: 40, end: 45 })])).toContain('lost');
  });

  it('finds an acknowledged edit that is not there, and accepts one of unknown outcome either way', () => {
    const edit = {
      type: 'edit',
      start: 50,
      end: 51,
      user: 'ann',
      chat: 'chat',
      transport: 'rest',
      id: 'm1',
      content: 'new',
    } as const;
    expect(brokenBy([{ ...edit, outcome: 'ok', rev: 4 }])).toContain('lost');
    expect(brokenBy([{ ...edit, outcome: 'unknown' }])).toEqual([]);
  });

  it('finds what was shown live, in a page or by sync and is not in the log under its revision', () => {
    expect(brokenBy([seenBy('bob/1', 4)])).toEqual(['lost']);
    expect(brokenBy([{ ...seenBy('bob/1', 3), rev: 2 } as NewRecord])).toEqual(['lost']);
    expect(brokenBy([pageOf([1, 2, 3, 4], 200)])).toEqual(['lost']);
    expect(brokenBy([syncOf(1, [2, 3, 4], 4)])).toEqual(['lost']);
  });

  it('finds a clientId with two acknowledgements, and one that is there twice', () => {
    expect(brokenBy([sendOf(1, { start: 50, end: 55, id: 'm3', seq: 3 })])).toContain('doubled');
    const twice = (world: World) => {
      for (const view of world.final.views)
        view.messages = view.messages.map((message) => ({ ...message, clientId: 'c1' }));
    };
    expect(brokenBy([], twice)).toContain('doubled');
  });

  it('finds a refused send that is there, and a text that nobody wrote', () => {
    const refused = makeWorld();
    refused.records = recordsFrom(sendOf(1, { outcome: 'fail', code: 'server_busy' }), sendOf(2), sendOf(3));
    expect(findViolations(refused).map(({ promise }) => promise)).toContain('invented');
    expect(
      brokenBy([], ({ final }) => {
        final.views = final.views.map((view) => ({
          ...view,
          messages: view.messages.map((message) =>
            message.seq === 2 ? { ...message, content: 'nobody' } : message,
          ),
        }));
      }),
    ).toContain('invented');
  });

  it('finds an answer that says internal', () => {
    expect(brokenBy([sendOf(4, { outcome: 'unknown', code: 'internal' })])).toEqual(['unclean']);
    expect(brokenBy([sendOf(4, { outcome: 'unknown', code: 'database_unavailable' })])).toEqual([]);
  });

  it('finds a hole in seq and in rev', () => {
    expect(brokenBy([], ({ final }) => void final.entries.splice(1, 1))).toContain('gaps');
    expect(
      brokenBy(
        [],
        ({ final }) => void final.entries.splice(2, 1, { chat: 'chat', id: 'm3', rev: 3, seq: 4 }),
      ),
    ).toContain('gaps');
  });

  it('finds a live stream that goes back, or gives a message twice', () => {
    expect(brokenBy([seenBy('bob/1', 2), seenBy('bob/1', 1)])).toContain('reordered');
    expect(brokenBy([seenBy('bob/1', 2), seenBy('bob/1', 2)])).toContain('doubled');
    expect(brokenBy([seenBy('bob/1', 2), seenBy('bob/2', 1)])).toEqual([]);
  });

  it('finds a page out of order, and a message that was sent after a later one had been acknowledged', () => {
    expect(brokenBy([pageOf([1, 3, 2], 200)])).toContain('reordered');
    const late = makeWorld();
    late.records = recordsFrom(sendOf(1, { start: 500, end: 505 }), sendOf(2), sendOf(3));
    expect(findViolations(late).map(({ promise }) => promise)).toContain('reordered');
  });

  it('finds a page and a sync that miss what was acknowledged before they began', () => {
    expect(brokenBy([pageOf([1, 2], 200)])).toContain('stale');
    expect(brokenBy([syncOf(1, [2], 2)])).toContain('stale');
    expect(brokenBy([pageOf([1, 2], 30)])).toEqual([]);
    expect(brokenBy([{ ...pageOf([], 200), outcome: 'unknown' } as NewRecord])).toEqual([]);
  });

  it('finds a page that has a message as it was before an acknowledged change', () => {
    const edit: NewRecord = {
      type: 'edit',
      start: 50,
      end: 51,
      user: 'ann',
      chat: 'chat',
      transport: 'rest',
      id: 'm1',
      content: 'new',
      outcome: 'ok',
      rev: 4,
    };
    expect(brokenBy([edit, pageOf([1, 2, 3], 60)])).toContain('stale');
    expect(brokenBy([edit, pageOf([1, 2, 3], 45)])).not.toContain('stale');
  });

  it('finds a sync that gives again what the client has, and a resync without a reason', () => {
    expect(brokenBy([syncOf(2, [2, 3], 3)])).toContain('doubled');
    const resync = syncOf(2, [3], 3) as Extract<NewRecord, { type: 'sync' }>;
    expect(
      brokenBy([{ ...resync, chats: resync.chats.map((part) => ({ ...part, resync: true })) }]),
    ).toContain('resume');
  });

  it('finds a receipt that goes back, one beyond the last message, and a wrong unread count', () => {
    expect(brokenBy([readOf(2, 2, 300), readOf(1, 1, 310)])).toContain('receipts');
    expect(brokenBy([readOf(9, 9, 300)])).toContain('receipts');
    expect(
      brokenBy(
        [],
        ({ final }) => void final.views.splice(1, 1, { ...(final.views[1] as FinalView), unreadCount: 3 }),
      ),
    ).toContain('unread');
  });

  it('finds a client that resumed to something else than a fresh read, and shows the sync that passed over it', () => {
    const world = makeWorld();
    world.records = recordsFrom(...world.records, syncOf(0, [1], 1), syncOf(1, [3], 3, 110));
    world.final.replicas = world.final.replicas.map((replica) => ({
      ...replica,
      messages: replica.messages.filter(({ seq }) => seq !== 2),
    }));
    const [first] = findViolations(world);
    expect(first?.promise).toBe('resume');
    expect(first?.records).toHaveLength(1);
    expect(first?.records[0]).toMatchObject({ type: 'sync', start: 110 });
  });

  it('finds a client whose watermarks are not what a fresh read says, and a message never marked as delivered', () => {
    const held = (readSeq: number, deliveredSeq: number) => (world: World) => {
      const marks = new Map([['bob', { readSeq, deliveredSeq }]]);
      world.final.replicas = world.final.replicas.map((replica) => ({ ...replica, marks }));
    };
    expect(brokenBy([], held(2, 3))).toEqual([]);
    expect(brokenBy([], held(1, 3))).toEqual(['resume']);
    expect(brokenBy([], held(3, 3))).toEqual(['resume']);
    expect(brokenBy([], held(2, 2))).toEqual(['resume']);
    const undelivered = ({ final }: World) => {
      for (const view of final.views)
        view.messages = view.messages.map((message) =>
          message.seq === 3 && message.delivered !== undefined ? { ...message, delivered: false } : message,
        );
    };
    expect(brokenBy([], undelivered)).toContain('receipts');
  });

  it('shows the violation with the shortest excerpt first', () => {
    const world = makeWorld();
    world.records = recordsFrom(
      ...world.records,
      sendOf(4, { start: 40, end: 45 }),
      seenBy('bob/1', 2),
      seenBy('bob/1', 1),
    );
    const lengths = findViolations(world).map(({ records }) => records.length);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
    expect(lengths[0]).toBe(1);
  });
});
