import type { RestClient } from '../wire/rest.client.js';

/** A signed-in user. */
export interface Person {
  id: string;
  name: string;
  token: string;
}

/** Registrations under way at once: the server hashes two passwords at a time. */
const AT_ONCE = 8;

/** Registers people; the same `prefix` must not be used twice on one server. */
export async function registerPeople(rest: RestClient, count: number, prefix = 'user'): Promise<Person[]> {
  const people: Person[] = [];
  let next = 0;
  async function run(): Promise<void> {
    while (next < count) {
      const name = `${prefix}${next}`;
      const place = next;
      next += 1;
      const answer = await rest.call('POST', '/api/auth/register', {
        body: { username: name, email: `${name}@example.com`, password: 'Password123' },
        withinMs: 30_000,
      });
      if (answer.outcome !== 'ok') throw new Error(`registering ${name} ended with ${answer.code}`);
      people[place] = { id: answer.value.user.id, name, token: answer.value.token };
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  return people;
}
