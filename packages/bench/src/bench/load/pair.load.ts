import { waitUntil } from '../../chaos/rig/pause.js';
import { createCrowd } from './crowd.js';
import { createDeliveryLedger, type LedgerCounts } from './delivery.ledger.js';
import type { Wire, WireUser } from './wire.js';

/** Bytes of a message, as in the figures of issue 5. */
const CONTENT_BYTES = 100;
const DRAIN_MS = 30_000;

/** What has happened so far; differences of two of these are what a window saw. */
export interface LoadTotals {
  acked: number;
  delivered: number;
  refused: number;
}

/** Told of each message; times are the generator's, in milliseconds. */
export interface LoadListener {
  onAcked(sender: number, n: number): void;
  onDelivered(sender: number, n: number): void;
}

/** Users in pairs, each of whom writes to the other. */
export interface PairLoad {
  readonly users: number;
  totals(): LoadTotals;
  /** Writes one message of this user to its partner; its number. */
  send(user: number): number;
  /** Every user keeps so many messages unanswered from now on; 0 lets the last ones come in. */
  keepOutstanding(messages: number): void;
  listen(listener: LoadListener | undefined): void;
  /** Resolves when everything sent was answered and delivered, or after `drainMs`. */
  drain(): Promise<void>;
  /** What became of all messages since the start. Call after `drain`. */
  verdict(): LoadVerdict;
  close(): void;
}

export interface LoadVerdict extends LedgerCounts {
  /** Sends that were never answered. */
  unacked: number;
  refused: number;
  /** The first refusal as it came, or why a connection was lost. */
  firstTrouble: string | undefined;
}

export interface PairLoadOptions {
  port: number;
  wire: Wire;
  /** An even number; each two neighbours are a pair. */
  users: readonly WireUser[];
  /** How long the last messages may take once nobody sends any more; default 30 s. */
  drainMs?: number;
}

/** Connects all users. */
export async function openPairLoad(options: PairLoadOptions): Promise<PairLoad> {
  const { port, wire, users, drainMs = DRAIN_MS } = options;
  const deliveries = createDeliveryLedger(users.length);
  const acks = createDeliveryLedger(users.length);
  const seqs = createSeqWatch(users.length);
  const crowd = createCrowd(port, wire, {
    onAck,
    onMessage,
    onLost(_user, reason) {
      trouble ??= `a connection was lost: ${reason}`;
    },
  });
  const totals: LoadTotals = { acked: 0, delivered: 0, refused: 0 };
  const padding = 'x'.repeat(CONTENT_BYTES);
  // So that no message is the same as one of another load against the same database.
  const run = Math.random().toString(36).slice(2, 8);
  let target = 0;
  let listener: LoadListener | undefined;
  let trouble: string | undefined;
  const outstanding = new Int32Array(users.length);

  function send(user: number): number {
    const n = deliveries.send(user);
    acks.send(user);
    const partner = users[user ^ 1] as WireUser;
    const content = `${user} ${n} ${padding}`.slice(0, CONTENT_BYTES);
    outstanding[user] = (outstanding[user] as number) + 1;
    crowd.sockets[user]?.send(wire.encodeSend(n, partner.id, content, `${run}-${user}-${n}`));
    return n;
  }

  function onAck(user: number, request: number, ok: boolean, text: string): void {
    acks.arrive(user, request);
    outstanding[user] = (outstanding[user] as number) - 1;
    if (ok) {
      totals.acked += 1;
      listener?.onAcked(user, request);
    } else {
      totals.refused += 1;
      deliveries.refuse();
      trouble ??= text.slice(0, 300);
    }
    if ((outstanding[user] as number) < target) send(user);
  }

  function onMessage(user: number, text: string, contentAt: number): void {
    const space = text.indexOf(' ', contentAt);
    const sender = Number(text.slice(contentAt, space));
    const n = Number(text.slice(space + 1, text.indexOf(' ', space + 1)));
    totals.delivered += 1;
    // A message that reached somebody else is as bad as one that came twice.
    if (sender !== (user ^ 1)) deliveries.arrive(-1, n);
    else if (deliveries.arrive(sender, n)) listener?.onDelivered(sender, n);
    seqs.see(user, text);
  }

  await crowd.add(users);

  return {
    users: users.length,
    totals: () => ({ ...totals }),
    send,
    keepOutstanding(messages) {
      target = messages;
      for (let user = 0; user < users.length; user += 1) {
        while ((outstanding[user] as number) < target) send(user);
      }
    },
    listen(to) {
      listener = to;
    },
    async drain() {
      target = 0;
      await waitUntil(
        'the last messages',
        () => acks.open() === 0 && deliveries.open() <= 0,
        drainMs,
        5,
      ).catch(() => undefined);
    },
    verdict() {
      const { lost, doubled, reordered, sent } = deliveries.count();
      return {
        sent,
        lost,
        doubled: doubled + acks.count().doubled,
        reordered: reordered + seqs.reordered(),
        unacked: acks.open(),
        refused: totals.refused,
        firstTrouble: trouble,
      };
    },
    close: () => crowd.close(),
  };
}

/** Where a system numbers the messages of a chat, each reader has to see the numbers grow. */
function createSeqWatch(users: number) {
  const last = new Float64Array(users);
  let backwards = 0;
  return {
    see(user: number, text: string): void {
      const at = text.indexOf('"seq":');
      if (at < 0) return;
      const seq = Number.parseInt(text.slice(at + 6, at + 20), 10);
      if (seq <= (last[user] as number)) backwards += 1;
      else last[user] = seq;
    },
    reordered: () => backwards,
  };
}
