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
    let leap = 0;
    const started = Date.now();
    const longest = await traceTasks(app.browser(), async () => {
      await rowOf(page, bruno.username).click();
      await messageOf(page, 'The last of many').waitFor();
      await page.mouse.move(900, 450);
      while (reached < SCROLLED && Date.now() - started < 40_000) {
        await page.mouse.wheel(0, -900);
        const seen = await look(page);
        leap = Math.max(leap, MESSAGES - seen.first - reached);
        reached = MESSAGES - seen.first;
        rows = Math.max(rows, seen.rows);
      }
    });
    const seconds = (Date.now() - started) / 1_000;
    console.log(
      `Opened, and scrolled up ${reached} messages in ${seconds.toFixed(1)} s; at most ${rows} in the page at once; ` +
        `the longest task computed for ${longest.cpuMs.toFixed(0)} ms (${longest.wallMs.toFixed(0)} ms by the clock).`,
    );
    expect(reached).toBeGreaterThanOrEqual(SCROLLED);
    expect(rows).toBeLessThan(200);
    // Pages come in above without moving what is looked at: a turn of the wheel is never a leap through a page.
    expect(leap).toBeLessThan(50);
    expect(longest.cpuMs).toBeLessThan(LONGEST_TASK);

    // From a hit in the far past one scrolls on towards the present, and a press leads back to it.
    await page.getByRole('button', { name: 'Search in this chat' }).click();
    await page.getByRole('searchbox', { name: 'Search in this chat' }).fill('first of many');
    await page.locator('.message-found', { hasText: 'The first of many' }).waitFor();
    await page.getByText('This is the beginning of your conversation').waitFor();
    await page.mouse.move(900, 450);
    let last = 0;
    while (last < 300 && Date.now() - started < 70_000) {
      await page.mouse.wheel(0, 900);
      last = (await look(page)).last;
    }
    expect(last).toBeGreaterThanOrEqual(300);
    expect(last).toBeLessThan(1_000);
    await page.getByRole('button', { name: /Jump to latest/ }).click();
    await page.locator(`article[data-seq="${MESSAGES + 1}"]`).waitFor();
  }, 90_000);

  /** One cheap look: the locators of the test would be long tasks themselves. */
  function look(page: Page): Promise<{ first: number; last: number; rows: number }> {
    return page.evaluate(() => {
      const rows = document.querySelectorAll('article');
      const seqOf = (row?: Element) => Number(row?.getAttribute('data-seq') ?? 0);
      return { first: seqOf(rows[0]), last: seqOf(rows[rows.length - 1]), rows: rows.length };
    });
  }

  /** Writes the rest of the chat into the database, as the server would have over months. */
  async function fill(): Promise<void> {
    const { connection } = app.server().database;
    const messages = connection.getClient().db(connection.name).collection('messages');
    const first = await messages.findOne({ content: 'The first of many' });
    if (first === null) throw new Error('there is no message to go on from');
    const { _id, clientId, bodyDigest, ...model } = first;
    const Id = (_id as object).constructor as new (hex: string) => object;
    const start = (model['createdAt'] as Date).getTime();
    for (let from = 2; from <= MESSAGES; from += 5_000) {
      const batch = Array.from({ length: Math.min(5_000, MESSAGES - from + 1) }, (_, index) => {
        const seq = from + index;
        const length = 1 + ((seq * 7) % words.length);
        return {
          ...model,
          _id: new Id(randomBytes(12).toString('hex')),
          seq,
          rev: seq,
          changed: seq,
          content: `${seq} ${words.slice(0, length).join(' ')}${seq % 9 === 0 ? `\n${words.join(' ')}` : ''}`,
          createdAt: new Date(start - (MESSAGES - seq) * 60_000),
        };
      });
      await messages.insertMany(batch, { ordered: false });
    }
  }
});
