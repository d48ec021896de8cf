// A chat in the terminal: node --import tsx examples/terminal-chat.ts <username> [server]
// Asks for the password, makes the account if there is none, and shows the lobby. /help lists the commands.
import * as fs from 'node:fs/promises';
import { createInterface } from 'node:readline';
import {
  type ChatTarget,
  createChatClient,
  createFileStorage,
  LOBBY_ID,
  type LocalMessage,
  type ParleyClientError,
  type Timeline,
  waitFor,
} from '@parley/client';

const [username = 'guest', url = 'http://localhost:3000'] = process.argv.slice(2);
const client = createChatClient({ url, storage: createFileStorage(`${username}.chat.json`, fs) });
const terminal = createInterface({ input: process.stdin, output: process.stdout });
const lines = terminal[Symbol.asyncIterator]();
const ticks = { pending: '…', sent: '✓', delivered: '✓✓', read: '✓✓ read', failed: '✗', received: '' };
let timeline: Timeline | undefined;
let end: () => void = () => undefined;

function print(text: string): void {
  // Control characters of others are not for this terminal.
  process.stdout.write(`${text.replace(/\p{Cc}/gu, ' ')}\n`);
}

async function ask(question: string): Promise<string> {
  process.stdout.write(`${question} `);
  return (await lines.next()).value ?? '/quit';
}

async function signIn(): Promise<void> {
  await client.ready;
  if (client.account.me.value !== null) return;
  const password = await ask('Password?');
  await client.account.login({ username, password }).catch((error: ParleyClientError) => {
    if (error.code !== 'invalid_credentials') throw error;
    return client.account.register({ username, email: `${username}@example.com`, password });
  });
}

function render(message: LocalMessage, name: string): string {
  const text = message.deletedAt === undefined ? message.content : '(deleted)';
  return `${message.isOwn ? 'you' : name}: ${text} ${ticks[message.status]}`;
}

/** Shows a chat: what is new or has changed since the last look is printed. */
function show(target: ChatTarget): void {
  end();
  timeline?.close();
  const opened = client.chats.open(target);
  const printed = new Map<string, string>();
  const draw = (messages: readonly LocalMessage[]) => {
    for (const message of messages) {
      const sender = client.users.of(message.sender);
      // Of a stranger the name is asked for; then all is drawn once more.
      if (sender.value === null) void waitFor(sender, Boolean).then(() => draw(opened.messages.value));
      const text = sender.value === null ? '' : render(message, sender.value.username);
      if (text !== '' && printed.get(message.key) !== text) print(text);
      printed.set(message.key, text);
    }
    client.chats.markRead(target);
  };
  timeline = opened;
  end = opened.messages.subscribe(draw);
}

const commands: Record<string, (argument: string) => unknown> = {
  '/help': () => print(`${Object.keys(commands).join(' ')}; anything else is sent`),
  '/chats': () => {
    for (const { peer, unreadCount, lastMessage } of client.chats.list.value) {
      print(`${peer?.username ?? 'lobby'} (${unreadCount} unread): ${lastMessage?.content ?? ''}`);
    }
  },
  '/online': async () =>
    print((await client.users.online()).map((user) => user.username).join(' ') || 'nobody'),
  '/with': async (name) => {
    const peer = (await client.users.search(name)).find((user) => user.username === name);
    if (peer === undefined) print(`There is no ${name}`);
    else show({ userId: peer.id });
  },
  '/lobby': () => show({ chatId: LOBBY_ID }),
  '/older': () => timeline?.loadOlder(),
};

await signIn();
client.status.subscribe((status) => print(`(${status})`));
client.on('send_failed', ({ message }) => print(`Not sent: ${message.failure?.message}`));
show({ chatId: LOBBY_ID });
for (let line = await ask(''); line !== '/quit'; line = await ask('')) {
  const [word = '', ...rest] = line.split(' ');
  const command = commands[word];
  if (command !== undefined)
    await Promise.resolve(command(rest.join(' '))).catch((error) => print(`${error}`));
  else if (line.trim() !== '') client.messages.send({ chatId: timeline?.chatId ?? LOBBY_ID, content: line });
}
terminal.close();
await client.close();
