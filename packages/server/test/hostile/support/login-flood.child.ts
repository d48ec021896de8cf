/**
 * The attacker of the login flood, as a process of its own: what it costs to attack is not counted as what those who
 * chat have to wait. Told the address, the rate and the time, it sends wrong passwords and reports what came back.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { checkAnswer, exchange } from './exchange.js';
import type { FloodOrder, FloodReport } from './login-flood.js';

const TICK_MS = 5;

async function flood({ url, perSecond, seconds }: FloodOrder): Promise<FloodReport> {
  const report: FloodReport = { wrong: 0, busy: 0, perSecond: 0, errors: [] };
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;

  async function attempt(n: number): Promise<void> {
    const options = {
      body: { username: `nobody_${n % 500}`, password: 'not the password' },
      headers: { 'X-Forwarded-For': `10.${n % 200}.${n % 250}.1` },
      mayBeBusy: true,
    };
    try {
      const answer = await exchange(url, 'POST', '/login', options);
      checkAnswer(answer, options);
      report[answer.status === 401 ? 'wrong' : 'busy'] += 1;
    } catch (error) {
      report.errors.push((error as Error).message);
    }
  }

  const pending: Promise<void>[] = [];
  while (elapsed() < seconds) {
    const due = elapsed() * perSecond;
    while (pending.length < due) pending.push(attempt(pending.length));
    await pause(TICK_MS);
  }
  report.perSecond = pending.length / elapsed();
  await Promise.all(pending);
  return report;
}

process.once('message', (order: FloodOrder) => {
  void flood(order).then((report) => process.send?.(report));
});
