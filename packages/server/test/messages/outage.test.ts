import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestNode, newActor, prepareChats, type TestNode } from './chat-services.fixture.js';

let database: TestDatabase;
let node: TestNode;

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareChats(database);
  node = createTestNode(database);
  database.onStateChange((up) => {
    if (up) void node.resume();
  });
});
afterAll(() => database.close());

function nextUp(): Promise<void> {
  return new Promise((resolve) => {
    const end = database.onStateChange((up) => {
      if (!up) return;
      end();
      resolve();
    });
  });
}

describe('an engine that is killed under load', () => {
  it('loses nothing acknowledged in five kills, leaves no hole, doubles no retried send, and publishes in order', async () => {
    const pairs = Array.from({ length: 10 }, () => [newActor(), newActor()] as const);
    const acked = new Map<string, { chatId: string; seq: number }>();
    const published = new Map<string, number[]>();
    const refusals = new Set<string>();
    node.bus.subscribe('message.created', ({ message }) => {
      published.set(message.chatId, [...(published.get(message.chatId) ?? []), message.seq]);
    });
    let running = true;
    const senders = pairs.map(async ([ann, bob], pair) => {
      for (let n = 0; running; n += 1) {
        const input = {
          to: bob.userId,
          content: `${pair}:${n}`,
          messageType: 'text' as const,
          clientId: `${pair}:${n}`,
        };
        for (;;) {
          try {
            const { view } = await node.messages.send(ann, input);
            acked.set(input.content, { chatId: view.chat.id, seq: view.message.seq });
            break;
          } catch (error) {
            refusals.add((error as { code: string }).code);
          }
        }
      }
    });
    for (let kill = 0; kill < 5; kill += 1) {
      const before = acked.size;
      await expect.poll(() => acked.size, { timeout: 30_000 }).toBeGreaterThan(before + 50);
      const up = nextUp();
      process.kill(database.engineProcessId()!, 'SIGKILL');
      await up;
    }
    running = false;
    await Promise.all(senders);

    const stored = await database.connection
      .collection('messages')
      .find({ seq: { $gt: 0 } })
      .sort({ '_id.chatId': 1, seq: 1 })
      .toArray();
    const byContent = new Map<string, { chatId: string; seq: number }[]>();
    for (const message of stored) {
      const content = String(message['content']);
      byContent.set(content, [
        ...(byContent.get(content) ?? []),
        {
          chatId: String((message._id as unknown as { chatId: unknown }).chatId),
          seq: message['seq'] as number,
        },
      ]);
    }
    for (const [content, ack] of acked) expect(byContent.get(content)).toEqual([ack]);
    expect(byContent.size).toBe(stored.length);
    for (const [chatId, seqs] of published) {
      const inChat = stored
        .filter((message) => String(message['chatId']) === chatId)
        .map((message) => message['seq'] as number);
      expect(inChat).toEqual(inChat.map((_, index) => index + 1));
      expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
      expect(new Set(seqs).size).toBe(seqs.length);
    }
    expect([...refusals]).toEqual(['database_unavailable']);
  }, 240_000);
});
