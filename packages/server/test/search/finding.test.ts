import { LOBBY_CHAT_ID } from '@parley/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/services/actor.js';
import { newActor, prepareChats } from '../messages/chat-services.fixture.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { createSearchNode, type SearchNode } from './search.fixture.js';

let database: TestDatabase;
let node: SearchNode;
let ann: Actor;
let bob: Actor;
let clock = Date.UTC(2026, 0, 1);
const eve = newActor('eve');

beforeAll(async () => {
  database = await openTestDatabase();
  await prepareChats(database);
  // A second passes with each batch, so that the order by time is never left to chance.
  node = createSearchNode(database, () => {
    clock += 1_000;
    return new Date(clock);
  });
  await node.heal();
});
beforeEach(() => {
  [ann, bob] = [newActor('ann'), newActor('bob')];
  node.hold();
});
afterAll(async () => {
  await node.close();
  await database.close();
  expect(node.errors).toEqual([]);
});

/** Asks twice: while the messages wait, and once they are in the index. */
async function findBoth(...query: Parameters<SearchNode['find']>): Promise<string[]> {
  const early = await node.find(...query);
  await node.indexed();
  expect(await node.find(...query)).toEqual(early);
  return early;
}

describe('words', () => {
  it('finds a message right after its ack, by the beginning of a word and not by the middle of one', async () => {
    await node.say(ann, bob, 'Meeting tomorrow at noon');
    expect(await findBoth(bob, 'tomo')).toEqual(['Meeting tomorrow at noon']);
    expect(await findBoth(bob, 'TOMORROW')).toHaveLength(1);
    expect(await findBoth(bob, 'orrow')).toEqual([]);
    expect(await findBoth(bob, 'tomorrows')).toEqual([]);
  });

  it('wants every word, in any order', async () => {
    for (const text of ['red apple', 'red pear', 'a green apple', 'apples are mostly red'])
      await node.say(ann, bob, text);
    expect(await findBoth(ann, 'apple red')).toEqual(['apples are mostly red', 'red apple']);
    expect(await findBoth(ann, 'app re green')).toEqual([]);
  });

  it('takes accents, case and width for the same', async () => {
    for (const text of ['Café Zürich', 'ＦＵＬＬ width', 'Straße', 'ΟΔΥΣΣΕΥΣ', 'Ещё одна', 'İstanbul'])
      await node.say(ann, bob, text);
    for (const query of ['cafe', 'CAFÉ', 'cafe\u0301', 'zurich'])
      expect(await node.find(ann, query)).toEqual(['Café Zürich']);
    expect(await findBoth(ann, 'full')).toEqual(['ＦＵＬＬ width']);
    expect(await findBoth(ann, 'STRASSE')).toEqual(['Straße']);
    expect(await findBoth(ann, 'οδυσσευς')).toEqual(['ΟΔΥΣΣΕΥΣ']);
    expect(await findBoth(ann, 'еще')).toEqual(['Ещё одна']);
    expect(await findBoth(ann, 'istan')).toEqual(['İstanbul']);
  });

  it('compares a word that is longer than a token to its end', async () => {
    const long = 'x'.repeat(40);
    await node.say(ann, bob, `${long}a`);
    await node.say(ann, bob, `${long}b`);
    expect(await findBoth(ann, `${long}b`)).toEqual([`${long}b`]);
  });

  it('lets every word count, however many there are', async () => {
    const words = Array.from({ length: 20 }, (_, n) => `word${String(n).padStart(2, '0')}`);
    await node.say(ann, bob, words.join(' '));
    expect(await findBoth(ann, words.join(' '))).toHaveLength(1);
    expect(await findBoth(ann, [...words.slice(1), 'w'].join(' '))).toHaveLength(1);
    expect(await findBoth(ann, [...words, 'no'].join(' '))).toEqual([]);
  });
});

describe('scripts without spaces, and emoji', () => {
  it('finds characters anywhere, and only in a row', async () => {
    for (const text of ['我明天去东京都看朋友', '京都也不错，东京太大', 'ラーメンを食べる', 'สวัสดีครับ'])
      await node.say(ann, bob, text);
    expect(await findBoth(ann, '东京')).toEqual(['京都也不错，东京太大', '我明天去东京都看朋友']);
    expect(await findBoth(ann, '东京都')).toEqual(['我明天去东京都看朋友']);
    expect(await findBoth(ann, 'ーメン')).toEqual(['ラーメンを食べる']);
    expect(await findBoth(ann, 'สดี')).toEqual(['สวัสดีครับ']);
  });

  it('finds a single character, the last one of a text included', async () => {
    await node.say(ann, bob, '你好');
    expect(await findBoth(ann, '你')).toEqual(['你好']);
    expect(await findBoth(ann, '好')).toEqual(['你好']);
  });

  it('finds words and characters that touch', async () => {
    await node.say(ann, bob, 'iPhone手机2026年');
    for (const query of ['iphone', '手机', '2026', 'iphone手机', '年'])
      expect(await findBoth(ann, query)).toHaveLength(1);
  });

  it('finds an emoji in whichever colour, and a flag', async () => {
    await node.say(ann, bob, 'well done 👍🏽 🇨🇭 ❤️');
    for (const query of ['👍', '👍🏿', '🇨🇭', '❤', 'well 👍'])
      expect(await findBoth(ann, query)).toHaveLength(1);
    expect(await findBoth(ann, '🇩🇪')).toEqual([]);
  });
});

describe('what a query cannot do', () => {
  it('takes whatever looks like an operator or a pattern for text', async () => {
    await node.say(ann, bob, 'price: $gt 100 (.*) ok');
    for (const query of ['$gt', '(.*) ok', '{"$gt":""}', '^p', '-price', 'p%'])
      expect(await node.find(ann, query), query).toHaveLength(1);
    await node.indexed();
    for (const query of ['$gt', '(.*) ok', '{"$gt":""}', '^p', '-price', 'p%'])
      expect(await node.find(ann, query), query).toHaveLength(1);
    for (const query of ['.*', '.ri', 'pri.e', '{"$ne":null}', '\0', '\u{10FFFF}', '\ud800'])
      expect(await node.find(ann, query), query).toEqual([]);
  });

  it('never reaches chats of others', async () => {
    const { chatId } = await node.say(ann, bob, 'the secret');
    expect(await findBoth(eve, 'secret')).toEqual([]);
    await expect(node.find(eve, 'secret', { chatId })).rejects.toMatchObject({ code: 'chat_not_found' });
    await expect(node.find(eve, '?!', { chatId })).rejects.toMatchObject({ code: 'chat_not_found' });
    await expect(node.find(eve, 'x', { chatId: 'f'.repeat(24) })).rejects.toMatchObject({
      code: 'chat_not_found',
    });
  });
});

describe('changes', () => {
  it('finds an edited message by its new words alone', async () => {
    const { id } = await node.say(ann, bob, 'old words');
    await node.indexed();
    await node.messages.edit(ann, id, 'new words');
    expect(await findBoth(ann, 'words')).toEqual(['new words']);
    expect(await findBoth(ann, 'old')).toEqual([]);
    expect(await findBoth(ann, 'new')).toEqual(['new words']);
  });

  it('finds a message deleted for everyone no more, and keeps none of its words', async () => {
    const { id } = await node.say(ann, bob, 'regrettable');
    await node.indexed();
    await node.messages.remove(ann, id, 'everyone');
    expect(await findBoth(bob, 'regret')).toEqual([]);
    expect(await node.tokensOf(id)).toBeUndefined();
  });

  it('hides a message from whoever deleted it for oneself, and from nobody else', async () => {
    const { id } = await node.say(ann, bob, 'between us');
    await node.messages.remove(bob, id, 'me');
    expect(await findBoth(bob, 'between')).toEqual([]);
    expect(await findBoth(ann, 'between')).toEqual(['between us']);
  });

  it('looks on when the newest hits are hidden ones', async () => {
    for (let n = 1; n <= 12; n += 1) {
      const { id } = await node.say(ann, bob, `tea ${n}`);
      if (n > 2) await node.messages.remove(ann, id, 'me');
    }
    expect(await findBoth(ann, 'tea', { limit: 2 })).toEqual(['tea 2', 'tea 1']);
  });
});

describe('order and filters', () => {
  it('gives the newest of all chats first, the lobby among them', async () => {
    await node.say(ann, bob, 'fish 1');
    await node.messages.send(eve, { chatId: LOBBY_CHAT_ID, content: 'fish 2', messageType: 'text' });
    await node.say(newActor(), ann, 'fish 3');
    await node.say(bob, ann, 'fish 4');
    expect(await findBoth(ann, 'fish')).toEqual(['fish 4', 'fish 3', 'fish 2', 'fish 1']);
    expect(await findBoth(ann, 'fish', { limit: 2 })).toEqual(['fish 4', 'fish 3']);
    expect(await findBoth(ann, 'fish', { from: bob.userId })).toEqual(['fish 4']);
  });

  it('keeps to a chat, a sender and dates', async () => {
    const { chatId } = await node.say(ann, bob, 'cup 1');
    const from = new Date(clock);
    await node.say(bob, ann, 'cup 2');
    await node.say(ann, bob, 'cup 3');
    const to = new Date(clock);
    await node.say(ann, newActor(), 'cup 4');
    const expectAll = async () => {
      expect(await node.find(ann, 'cup', { chatId })).toEqual(['cup 3', 'cup 2', 'cup 1']);
      expect(await node.find(ann, 'cup', { chatId, from: ann.userId })).toEqual(['cup 3', 'cup 1']);
      expect(await node.find(ann, 'cup', { after: from })).toEqual(['cup 4', 'cup 3', 'cup 2']);
      expect(await node.find(ann, 'cup', { before: to })).toEqual(['cup 2', 'cup 1']);
      expect(await node.find(ann, 'cup', { after: from, before: to })).toEqual(['cup 2']);
    };
    await expectAll();
    await node.indexed();
    await expectAll();
    expect(await findBoth(ann, '?!')).toEqual([]);
  });
});
