// A bot that answers whoever writes to it: node --import tsx examples/bot.ts
// PARLEY_URL, BOT_NAME and BOT_PASSWORD say where, and as whom; the account is made on the first start.
import * as fs from 'node:fs/promises';
import { createChatClient, createFileStorage, type ParleyClientError } from '@parley/client';

const { PARLEY_URL: url = 'http://localhost:3000', BOT_NAME: username = 'echo_bot' } = process.env;
const password = process.env['BOT_PASSWORD'] ?? 'a password of its own';

// The file remembers the session and what was seen: after a restart the bot answers what came in the meantime.
const client = createChatClient({ url, storage: createFileStorage(`${username}.json`, fs) });

client.on('message', ({ chatId, message }) => {
  if (message.isOwn || message.receiver === undefined) return;
  client.chats.markRead({ chatId }, message.seq);
  // A key made from the question: should the bot be killed right now, it answers all the same, and once.
  const clientId = `answer:${message.id}`;
  client.messages.send({ chatId, content: `You said: ${message.content}`, clientId });
});

await client.ready;
if (client.account.me.value === null) {
  await client.account.login({ username, password }).catch((error: ParleyClientError) => {
    if (error.code !== 'invalid_credentials') throw error;
    return client.account.register({ username, email: `${username}@example.com`, password });
  });
}
client.status.subscribe((status) => process.stdout.write(`${username} is ${status}\n`));
process.once('SIGTERM', () => void client.close());
