import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startExample } from './support/example.process.js';
import { nextEvent, until, useTestServer } from './support/test-server.js';

const { newPerson, url } = useTestServer();

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'parley-examples-'));
});
afterAll(() => rm(cwd, { recursive: true, force: true }));

describe('the bot', () => {
  it('answers whoever writes to it, also what came while it was not running', async () => {
    const ann = await newPerson('ann');
    const env = { PARLEY_URL: url(), BOT_NAME: 'echo_bot' };
    const first = startExample('bot.ts', [], { cwd, env });
    await first.printed('echo_bot is online');
    const [bot] = await ann.users.search('echo_bot');
    const reply = nextEvent(ann, 'message', ({ message }) => !message.isOwn);
    ann.messages.send({ userId: bot!.id, content: 'hello' });
    expect((await reply).message.content).toBe('You said: hello');
    const timeline = ann.chats.open({ userId: bot!.id });
    await until(timeline.messages, ([question]) => question?.status === 'read');
    expect(await first.stop()).toBe(0);

    await ann.messages.send({ userId: bot!.id, content: 'are you there?' }).acknowledged;
    const late = nextEvent(ann, 'message', ({ message }) => !message.isOwn, 30_000);
    const second = startExample('bot.ts', [], { cwd, env });
    expect((await late).message.content).toBe('You said: are you there?');
    await second.printed('echo_bot is online');
    expect(await second.stop()).toBe(0);
    const shown = timeline.messages.value.map(({ content }) => content);
    expect(shown).toEqual(['hello', 'You said: hello', 'are you there?', 'You said: are you there?']);
  }, 60_000);
});

describe('the terminal chat', () => {
  it('carries messages between two terminals, in the lobby and in private', async () => {
    const [ann, bob] = ['terminal_ann', 'terminal_bob'].map((name) =>
      startExample('terminal-chat.ts', [name, url()], { cwd }),
    );
    for (const terminal of [ann!, bob!]) {
      await terminal.printed('Password?');
      terminal.write('a long password');
      await terminal.printed('(online)');
    }
    ann!.write('hello everybody');
    await bob!.printed('terminal_ann: hello everybody');
    bob!.write('/with terminal_ann');
    bob!.write('just you and me');
    await bob!.printed('you: just you and me ✓✓');
    ann!.write('/with terminal_bob');
    await ann!.printed('terminal_bob: just you and me');
    await bob!.printed('you: just you and me ✓✓ read');
    ann!.write('/chats');
    await ann!.printed('terminal_bob (0 unread): just you and me');
    ann!.write('/quit');
    bob!.write('/quit');
    await Promise.all([ann!.stop(), bob!.stop()]);
  }, 60_000);
});
