import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChatStores } from '../../src/models/chat.stores.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createTestNode, newActor, prepareChats } from './chat-services.fixture.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareChats(database);
});
afterAll(() => database.close());

describe('a change whose entry is on disk and whose message is not replaced yet', () => {
  it('is in a sync that reaches its revision', async () => {
    // Found by the fault harness: the client was told of the revision with the old text, and never asked again.
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let sawEntry: () => void = () => undefined;
    const isHalfApplied = new Promise<void>((resolve) => {
      sawEntry = resolve;
    });
    const [ann, bob] = [newActor('ann'), newActor('bob')];
    const writer = createTestNode(database, undefined, (stores) => ({
      ...stores,
      messages: {
        ...stores.messages,
        async applyChanges(changes) {
          if (changes.length > 0) {
            sawEntry();
            await held;
          }
          await stores.messages.applyChanges(changes);
        },
      },
    }));
    const { view } = await writer.messages.send(ann, {
      to: bob.userId,
      content: 'before',
      messageType: 'text',
    });
    const edited = writer.messages.edit(ann, view.message.id, 'after');
    await isHalfApplied;

    // What sync reads once it has completed what it found half applied: the entry came a moment later.
    const { messages, rev } = await createChatStores(database.connection).reader.changesAfter(
      view.chat.id,
      1,
      10,
    );
    expect({ rev, texts: messages.map(({ content, rev: at }) => [content, at]) }).toEqual({
      rev: 2,
      texts: [['after', 2]],
    });
    const whole = await createChatStores(database.connection).reader.changesAfter(view.chat.id, 0, 10);
    expect(whole.messages.map(({ content, rev: at }) => [content, at])).toEqual([['after', 2]]);

    release();
    await edited;
    await writer.close();
  });
});

describe('a change that is applied while a sync reads', () => {
  it('is in a sync that reaches its revision, also where the scan had passed its message before', async () => {
    const node = createTestNode(database);
    const [ann, bob] = [newActor('ann'), newActor('bob')];
    // More than one batch of the driver's cursor, so that the scan takes several looks at the database.
    const sent = await Promise.all(
      Array.from({ length: 400 }, (_, n) =>
        node.messages.send(ann, { to: bob.userId, content: `${n}`, messageType: 'text' }),
      ),
    );
    const chatId = sent[0]!.view.chat.id;
    const { reader } = createChatStores(database.connection);
    const edits = new Map<string, number>();
    let isEditing = true;
    const editing = (async () => {
      for (const { view } of sent.slice(0, 150)) {
        const edited = await node.messages.edit(ann, view.message.id, `edited ${view.message.seq}`);
        edits.set(edited.message.id, edited.message.rev);
      }
      isEditing = false;
    })();
    const answers: Awaited<ReturnType<typeof reader.changesAfter>>[] = [];
    while (isEditing) answers.push(await reader.changesAfter(chatId, 0, 1_000));
    await editing;
    const behind = answers.flatMap(({ rev, messages }) =>
      messages.filter(({ id, rev: given }) => (edits.get(id) ?? 0) <= rev && given < (edits.get(id) ?? 0)),
    );
    expect(behind).toEqual([]);
    expect(answers.length).toBeGreaterThan(3);
    await node.close();
  });
});
