import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { chromiumPath } from './support/chromium.js';
import { messageOf, say, startChat, useWebApp } from './support/web.fixture.js';

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
    await page.addInitScript(() => {
      const tasks: number[] = [];
      Object.assign(window, { longTasks: tasks });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) tasks.push(duration);
      }).observe({ type: 'longtask', buffered: true });
    });
    await page.goto(app.url());
    await page.getByText('Connected', { exact: true }).waitFor();
    // Starting up is not what is measured.
    await page.evaluate(() => {
      (window as unknown as { longTasks: number[] }).longTasks.length = 0;
    });
    await page.getByRole('link', { name: new RegExp(bruno.username) }).click();
    await messageOf(page, 'The last of many').waitFor();

    // One cheap look: the locators of the test would be long tasks themselves.
    const look = () =>
      page.evaluate(() => {
        const rows = document.querySelectorAll('article');
        return { first: Number(rows[0]?.getAttribute('data-seq') ?? 0), rows: rows.length };
      });
    const { first: from } = await look();
    expect(from).toBeGreaterThan(MESSAGES - 200);
    await page.mouse.move(900, 450);
    const started = Date.now();
    let { first, rows } = await look();
    while (first > from - SCROLLED && Date.now() - started < 40_000) {
      await page.mouse.wheel(0, -900);
      const seen = await look();
      first = seen.first;
      rows = Math.max(rows, seen.rows);
    }
    const seconds = (Date.now() - started) / 1_000;
    const reached = from - first;
    const tasks = await page.evaluate(() => (window as unknown as { longTasks: number[] }).longTasks);
    const longest = Math.max(0, ...tasks);
    console.log(
      `Scrolled up ${reached} messages in ${seconds.toFixed(1)} s; at most ${rows} in the page at once; ` +
        `${tasks.length} tasks over 50 ms, the longest ${longest.toFixed(0)} ms.`,
    );
    expect(reached).toBeGreaterThanOrEqual(SCROLLED);
    expect(rows).toBeLessThan(200);
    expect(longest).toBeLessThan(LONGEST_TASK);

    await page.getByRole('button', { name: /Jump to latest/ }).click();
    await page.locator(`article[data-seq="${MESSAGES + 1}"]`).waitFor();
  }, 90_000);

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
