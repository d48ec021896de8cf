import type { useWebApp } from './web.fixture.js';

/** Somebody with an account. */
export interface Villager {
  id: string;
  username: string;
  token: string;
}

type Server = ReturnType<ReturnType<typeof useWebApp>['server']>;

const LOBBY = '000000000000000000000001';
const PASSWORD = 'Password123';

/** A few people who have talked already, so that screens show what they are for. */
export async function settle(server: Server) {
  const join = async (username: string, name: string, bio = ''): Promise<Villager> => {
    const body = { username, name, email: `${username}@example.com`, password: PASSWORD };
    const answer = await server.request('POST', '/api/auth/register', { body });
    const { user, token } = answer.body as { user: { id: string }; token: string };
    await server.request('PUT', '/api/auth/profile', { token, body: { name, bio } });
    return { id: user.id, username, token };
  };
  /** By reader and writer: the chat in which the reader has something of the writer to read. */
  const unread = new Map<string, string>();
  async function say(
    from: Villager,
    to: { to: string } | { chatId: string },
    content: string,
  ): Promise<void> {
    const other = 'to' in to ? to.to : to.chatId;
    const chatId = unread.get(`${from.id} ${other}`);
    // Whoever answers has read what was said.
    if (chatId !== undefined)
      await server.request('POST', '/api/messages/mark-read', { token: from.token, body: { chatId } });
    const answer = await server.request('POST', '/api/messages/send', {
      token: from.token,
      body: { ...to, content },
    });
    const { message } = answer.body as { message: { chatId: string } };
    unread.set(`${other} ${from.id}`, message.chatId);
  }

  const maya = await join('maya', 'Maya Lindqvist');
  const tomas = await join(
    'tomas',
    'Tomás Rivera',
    'Stage carpenter. Mostly at the theatre, sometimes by the sea.',
  );
  const ravi = await join('ravi', 'रवि मेनन');
  const zainab = await join('zainab', 'Zainab Bello');
  const noor = await join('noor', 'نور الهدى');

  await say(zainab, { chatId: LOBBY }, 'Welcome everybody! The garden opens at eight tomorrow.');
  await say(tomas, { chatId: LOBBY }, 'I bring bread and the good olive oil.');
  await say(tomas, { chatId: LOBBY }, 'And chairs, if somebody helps carrying.');
  await say(noor, { to: maya.id }, 'صباح الخير! هل وصلت الصور؟');
  await say(ravi, { to: maya.id }, 'कल की बैठक ग्यारह बजे है।');
  await say(maya, { to: zainab.id }, 'I have read the draft twice. The second half is wonderful.');
  await say(zainab, { to: maya.id }, 'Only the second half? 😄');
  await say(maya, { to: zainab.id }, 'The first half has a heron in every paragraph.');
  await say(zainab, { to: maya.id }, 'It is a book about a pond, Maya.');
  await say(zainab, { to: maya.id }, 'But fair. I will let some of them fly away.');
  await say(maya, { to: zainab.id }, '❤️');
  await say(tomas, { to: maya.id }, 'Are the tickets for Thursday still there?');
  await say(
    maya,
    { to: tomas.id },
    'Two of them, row F. I have just held them until six: https://example.com/hall/row-f',
  );
  await say(tomas, { to: maya.id }, 'Perfect. I come straight from the station.');
  await say(
    tomas,
    { to: maya.id },
    'Shall we eat before or after?\nThere is the noodle place around the corner.',
  );
  return { maya, tomas, ravi, zainab, noor, password: PASSWORD };
}
