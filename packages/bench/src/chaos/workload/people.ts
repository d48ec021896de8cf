import { pause } from '../rig/pause.js';
import type { RestClient } from '../wire/rest.client.js';

/** A signed-in user. */
export interface Person {
  id: string;
  name: string;
  token: string;
}

/** Registrations under way at once: the server hashes two passwords at a time. */
const AT_ONCE = 8;
/** How often one is tried that the server is too busy for, and the pause before each further time. */
const TRIES_MAX = 20;
const BUSY_PAUSE_MS = 1_000;

/** Registers people; the same `prefix` must not be used twice on one server. */
export async function registerPeople(rest: RestClient, count: number, prefix = 'user'): Promise<Person[]> {
  const people: Person[] = [];
  let next = 0;
  async function run(): Promise<void> {
    while (next < count) {
      const name = `${prefix}${next}`;
      const place = next;
      next += 1;
      const register = () =>
        rest.call('POST', '/api/auth/register', {
          body: { username: name, email: `${name}@example.com`, password: 'Password123' },
          withinMs: 30_000,
        });
      let answer = await register();
      // Hashing gives way to whatever else the machine does, and is refused once it has waited too long.
      for (
        let tries = 1;
        answer.outcome !== 'ok' && answer.code === 'server_busy' && tries < TRIES_MAX;
        tries += 1
      ) {
        await pause(BUSY_PAUSE_MS);
        answer = await register();
      }
      if (answer.outcome !== 'ok') throw new Error(`registering ${name} ended with ${answer.code}`);
      people[place] = { id: answer.value.user.id, name, token: answer.value.token };
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  return people;
}
