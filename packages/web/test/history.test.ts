import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from './support/chromium.js';
import { traceTasks } from './support/trace.js';
import { messageOf, rowOf, say, startChat, useWebApp } from './support/web.fixture.js';

const MESSAGES = 100_000;
const SCROLLED = 2_000;
/** Milliseconds. A tenth of a second is what a person feels as a hitch (RAIL, web.dev/rail). */
const LONGEST_TASK = 100;

/** Pixels of a turn of the wheel: less than what is in sight, so that something is in sight before and after it. */
const TURN = 600;
/**
 * Pixels by which a turn may move more or less: rows that nobody has seen yet are taken for higher or lower than they
 * are. A page that moved what is looked at would do so by some 2,000.
 */
const TURN_SLACK = 200;
const isOneTurn = (moved: number) => Math.abs(Math.abs(moved) - TURN) <= TURN_SLACK;
/** Frames without any movement after which there will be none; a list that has just been opened moves a little longer. */
const STILL_FRAMES = 3;
const STILL_FRAMES_AT_FIRST = 20;
const LOST_FRAMES = 20;

/** What of the chat is in the page. */
interface Seen {
  turns: number;
  first: number;
  last: number;
  rows: number;
  /** The messages in sight, each with its distance from the top of the list in pixels. */
  marks: [seq: number, place: number][];
  /** How far the messages have moved down since the look before. */
  moved: number;
}

const words = 'the build is green again and nobody knows why so let us not touch it before lunch'.split(' ');

describe.skipIf(chromiumPath === undefined)('a chat of 100,000 messages', () => {
  const app = useWebApp();

  it(`opens and scrolls up ${SCROLLED} messages without a task over ${LONGEST_TASK} ms`, async () => {
    const amara = await app.register('amara');
    const bruno = await app.register('bruno');
    await startChat(bruno, amara.username);
    await say(bruno, 'The first of many');
    await messageOf(bruno.page, 'The first of many')
      .getByText(/Sent|Delivered/)
      .waitFor();
    await fill();
    // The server finds its log longer than it knew, and goes on from there.
    await say(bruno, 'The last of many');
    await messageOf(bruno.page, 'The last of many')
      .getByText(/Sent|Delivered/)
      .waitFor();
    await bruno.page.context().close();
    const { page } = amara;
    await page.reload();
    await page.getByText('Connected', { exact: true }).waitFor();
    let reached = 0;
    let rows = 0;
    const moves: number[] = [];
    const started = Date.now();
    const longest = await traceTasks(app.browser(), async () => {
      await rowOf(page, bruno.username).click();
      await messageOf(page, 'The last of many').waitFor();
      await page.mouse.move(900, 450);
      for (let seen = await settle(page); reached < SCROLLED; ) {
        await page.mouse.wheel(0, -TURN);
        const next = await settle(page, seen);
        moves.push(next.moved);
        seen = next;
        reached = MESSAGES - seen.first;
        rows = Math.max(rows, seen.rows);
      }
    });
    const seconds = (Date.now() - started) / 1_000;
    console.log(
      `Opened, and scrolled up ${reached} messages in ${seconds.toFixed(1)} s; at most ${rows} in the page at once; ` +
        `a turn of ${TURN} moved them by ${Math.min(...moves)} to ${Math.max(...moves)}; ` +
        `the longest task computed for ${longest.cpuMs.toFixed(0)} ms (${longest.wallMs.toFixed(0)} ms by the clock).`,
    );
    expect(rows).toBeLessThan(200);
    // Pages come in above without moving what is looked at.
    expect(moves.filter((moved) => !isOneTurn(moved))).toEqual([]);
    expect(longest.cpuMs).toBeLessThan(LONGEST_TASK);

    // From a hit in the far past one scrolls on towards the present, and a press leads back to it.
    await page.getByRole('button', { name: 'Search in this chat' }).click();
    await page.getByRole('searchbox', { name: 'Search in this chat' }).fill('first of many');
    await page.locator('.message-found', { hasText: 'The first of many' }).waitFor();
    await page.getByText('This is the beginning of your conversation').waitFor();
    await page.mouse.move(900, 450);
    for (let seen = await settle(page); seen.last < 300; ) {
      await page.mouse.wheel(0, TURN);
      seen = await settle(page, seen);
      expect(seen.moved).toSatisfy(isOneTurn);
    }
    await page.getByRole('button', { name: /Jump to latest/ }).click();
    await page.locator(`article[data-seq="${MESSAGES + 1}"]`).waitFor();
  }, 300_000);

  /**
   * Waits until the last turn of the wheel has arrived and nothing moves or loads any more, which takes as long as the
   * machine takes. One cheap look each frame: the locators of the test would be long tasks themselves.
   */
  function settle(page: Page, before?: Seen): Promise<Seen> {
    return page.evaluate(
      async ([turn, stillFrames, lostFrames, since]) => {
        const list = document.querySelector('.timeline') as HTMLElement & { turns?: number };
        if (list.turns === undefined) {
          list.turns = 0;
          list.addEventListener('wheel', () => (list.turns = (list.turns ?? 0) + 1), { passive: true });
        }
        const due = (since?.turns ?? -1) + 1;
        const top = list.getBoundingClientRect().top;
        const look = () => {
          const rows = [...list.querySelectorAll('article')];
          const places = new Map(
            rows.map((row) => [Number(row.dataset['seq']), row.getBoundingClientRect().top - top]),
          );
          return { rows, places, position: list.scrollTop };
        };
        const isBusy = () =>
          (list.turns ?? 0) < due ||
          list.getAttribute('aria-busy') === 'true' ||
          (list.querySelector('.spinner') !== null && list.scrollTop < 2 * turn);
        let last = '';
        let lost = 0;
        // Where nothing of what was in sight is left, there is no need to wait for more.
        for (let still = 0; still < stillFrames && lost < lostFrames; ) {
          await new Promise(requestAnimationFrame);
          const { places, position } = look();
          lost = since?.marks.some(([seq]) => places.has(seq)) === false ? lost + 1 : 0;
          const now = `${position} ${[...places].join(' ')}`;
          still = now === last && !isBusy() ? still + 1 : 0;
          last = now;
        }
        const { rows, places } = look();
        const seqs = [...places.keys()];
        const inSight = [...places].filter(([, place]) => place > 0 && place < list.clientHeight);
        const mark = since?.marks.find(([seq]) => places.has(seq));
        return {
          turns: list.turns ?? 0,
          first: seqs[0] ?? 0,
          last: seqs.at(-1) ?? 0,
          rows: rows.length,
          marks: inSight,
          moved: mark === undefined ? Number.NaN : (places.get(mark[0]) ?? 0) - mark[1],
        };
      },
      [TURN, before === undefined ? STILL_FRAMES_AT_FIRST : STILL_FRAMES, LOST_FRAMES, before] as const,
    );
  }

  /** Writes the rest of the chat into the database, as the server would have over months. */
  async function fill(): Promise<void> {
    const { connection } = app.server().database;
    const messages = connection.getClient().db(connection.name).collection('messages');
    const first = await messages.findOne({ content: 'The first of many' });
    if (first === null) throw new Error('there is no message to go on from');
    const { _id, id, clientId, bodyDigest, ...model } = first;
    const Id = (id as object).constructor as new (hex: string) => object;
    const start = (model['createdAt'] as Date).getTime();
    for (let from = 2; from <= MESSAGES; from += 5_000) {
      const batch = Array.from({ length: Math.min(5_000, MESSAGES - from + 1) }, (_, index) => {
        const seq = from + index;
        const length = 1 + ((seq * 7) % words.length);
        return {
          ...model,
          _id: { ...(_id as object), rev: seq },
          id: new Id(randomBytes(12).toString('hex')),
          seq,
          changed: seq,
          content: `${seq} ${words.slice(0, length).join(' ')}${seq % 9 === 0 ? `\n${words.join(' ')}` : ''}`,
          createdAt: new Date(start - (MESSAGES - seq) * 60_000),
        };
      });
      await messages.insertMany(batch as object[], { ordered: false });
    }
  }
});
