import type { History } from '../history.js';
import type { Answer } from '../wire/answer.js';
import type { Body } from '../wire/rest.client.js';
import type { Person } from './people.js';
import type { Replica } from './replica.js';

/** A client that resumes, as sync and the history know it. */
export interface SyncingParts {
  person: Person;
  /** Name of the client in the history. */
  client: string;
  replica: Replica;
  history: History;
  /** Messages that one answer may carry. */
  limit: number;
  call(question: object): Promise<Answer<Body>>;
}

/** Asks sync once, takes the answer down, and takes it over. */
export async function askSync(parts: SyncingParts): Promise<Answer<Body>> {
  const { person, client, replica, history, limit, call } = parts;
  const start = history.now();
  const question = replica.question(limit) as { chats: Record<string, number> };
  const answer = await call(question);
  const asked = { type: 'sync', start, end: history.now(), user: person.id, client } as const;
  if (answer.outcome !== 'ok') {
    history.add({ ...asked, outcome: answer.outcome, code: answer.code, chats: [] });
    return answer;
  }
  const chats = answer.value.chats.map((part: Body) => ({
    chat: part.chatId,
    from: question.chats[part.chatId] ?? 0,
    rev: part.rev,
    more: part.more,
    resync: part.resync === true,
    messages: part.messages.map(({ id, seq, rev }: Body) => ({ id, seq, rev })),
  }));
  history.add({ ...asked, outcome: 'ok', chats });
  replica.applySync(answer.value);
  return answer;
}
