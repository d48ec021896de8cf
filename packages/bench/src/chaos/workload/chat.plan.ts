import { LOBBY_CHAT_ID } from '@parley/protocol';
import type { RestClient } from '../wire/rest.client.js';
import type { Person } from './people.js';

/** A chat of the workload. */
export interface PlannedChat {
  id: string;
  /** Both people of a direct chat; everybody for the lobby. */
  members: Person[];
  isLobby: boolean;
}

/** The lobby, and a direct chat for each pair of people as far as there are chats to make: 20 people, 10 chats. */
export async function openChats(
  rest: RestClient,
  people: readonly Person[],
  count: number,
): Promise<PlannedChat[]> {
  const chats: PlannedChat[] = [{ id: LOBBY_CHAT_ID, members: [...people], isLobby: true }];
  for (let pair = 0; pair + 1 < count && 2 * pair + 1 < people.length; pair += 1) {
    const [first, second] = people.slice(2 * pair, 2 * pair + 2) as [Person, Person];
    const answer = await rest.call('POST', '/api/messages/send', {
      token: first.token,
      body: { to: second.id, content: `hello ${pair}`, clientId: `hello-${pair}` },
    });
    if (answer.outcome !== 'ok') throw new Error(`opening a chat ended with ${answer.code}`);
    chats.push({ id: answer.value.message.chatId, members: [first, second], isLobby: false });
  }
  return chats;
}
