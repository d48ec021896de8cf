import type { Attack } from '../hostile.case.js';
import { expectCode } from './exchange.js';

/** With 2,000 samples 40 attempts each, of the hundred after which strangers must queue. */
const ACCOUNTS = 50;

/**
 * Tries to tell an unknown user from a wrong password by the time alone, as an attacker would: samples in turn, learns
 * on the first half the threshold that parts it best, and predicts the second. `accuracy` 0.5 is chance. Passwords
 * cost next to nothing here: under 0.2 s of hashing a difference of a query would be hard to see.
 */
export async function tellApart(
  { server, begin }: Attack,
  samples: number,
): Promise<{ accuracy: number; samples: number }> {
  const times: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
  // Each account and address stays below what makes it wait: that answer takes no time, and says nothing.
  const names = await Promise.all(Array.from({ length: ACCOUNTS }, () => server.newPerson('timed')));
  await begin();
  const measure = async (username: string, address: number) => {
    const startedAt = performance.now();
    const answer = await server.request('POST', '/login', {
      body: { username, password: 'not the password' },
      headers: { 'X-Forwarded-For': `10.${(address >> 16) & 255}.${(address >> 8) & 255}.${address & 255}` },
    });
    const tookMs = performance.now() - startedAt;
    expectCode(answer, 'invalid_credentials');
    return tookMs;
  };
  for (let n = 0; n < samples; n += 1) {
    // In alternating order, so that the machine's moods fall on both.
    const kinds = n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
    for (const kind of kinds) {
      times[kind].push(
        await measure(kind === 'known' ? (names[n % ACCOUNTS]?.username ?? '') : `nobody_${n % ACCOUNTS}`, n),
      );
    }
  }
  const half = Math.floor(samples / 2);
  const learnt = { known: times.known.slice(0, half), unknown: times.unknown.slice(0, half) };
  const guess = learnThreshold(learnt.known, learnt.unknown);
  const right =
    times.known.slice(half).filter(guess).length +
    times.unknown.slice(half).filter((time) => !guess(time)).length;
  return { accuracy: right / (2 * (samples - half)), samples };
}

/** The best single threshold, and which side of it is known: it sees means, medians and tails alike. */
function learnThreshold(known: number[], unknown: number[]): (time: number) => boolean {
  const all = [
    ...known.map((time) => ({ time, isKnown: true })),
    ...unknown.map((time) => ({ time, isKnown: false })),
  ].sort((a, b) => a.time - b.time);
  let [lead, best, bestTime] = [0, 0, 0];
  for (const { time, isKnown } of all) {
    lead += isKnown ? 1 : -1;
    if (Math.abs(lead) <= Math.abs(best)) continue;
    [best, bestTime] = [lead, time];
  }
  return (time) => time <= bestTime === best > 0;
}
