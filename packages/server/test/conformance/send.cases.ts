import { limits } from '@parley/protocol';
import { expect } from 'vitest';
import type { Person, TestServer } from '../support/test-server.js';
import { sharedChat, type Transport, type Voice } from './transport.driver.js';

/** What a case has at hand. */
export interface CaseContext {
  server: TestServer;
  transport: Transport;
  ann: Person;
  bob: Person;
}

/** One fact about sending that holds on every transport. */
export interface SendCase {
  title: string;
  /** Only where a chat can be named. */
  needsChats?: boolean;
  run(context: CaseContext): Promise<void>;
}

const speak = ({ transport, server }: CaseContext, person: Person, chatId = sharedChat): Promise<Voice> =>
  transport.speak(server, person, chatId);
const range = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
let keys = 0;
const newKey = () => `key-${process.pid}-${++keys}`;

export const sendCases: readonly SendCase[] = [
  {
    title: 'acknowledges a message with its id and number',
    async run(context) {
      const voice = await speak(context, context.ann);
      expect(await voice.send({ content: 'hello', clientId: newKey() })).toEqual({
        ok: true,
        messageId: expect.any(String),
        seq: expect.any(Number),
        content: 'hello',
      });
    },
  },
  {
    title: 'gives the original answer when the clientId repeats',
    async run(context) {
      const voice = await speak(context, context.ann);
      const clientId = newKey();
      const first = await voice.send({ content: 'once', clientId });
      expect(first.ok).toBe(true);
      expect(await voice.send({ content: 'once', clientId })).toEqual(first);
      // Also on a new connection of the same person.
      expect(await (await speak(context, context.ann)).send({ content: 'once', clientId })).toEqual(first);
    },
  },
  {
    title: 'makes one message of many equal sends at once',
    async run(context) {
      const voice = await speak(context, context.ann);
      const clientId = newKey();
      const answers = await Promise.all(
        range(15).map(() => voice.send({ content: 'all at once', clientId })),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0]?.ok).toBe(true);
    },
  },
  {
    title: 'refuses the same clientId with another body',
    async run(context) {
      const voice = await speak(context, context.ann);
      const clientId = newKey();
      await voice.send({ content: 'one thing', clientId });
      expect(await voice.send({ content: 'another thing', clientId })).toEqual({
        ok: false,
        code: 'client_id_conflict',
      });
    },
  },
  {
    title: "takes the same clientId from another person as that person's own",
    async run(context) {
      const clientId = newKey();
      const [first, second] = [await speak(context, context.ann), await speak(context, context.bob)];
      const [one, two] = [
        await first.send({ content: 'mine', clientId }),
        await second.send({ content: 'mine too', clientId }),
      ];
      expect([one.ok, two.ok]).toEqual([true, true]);
      expect(one).not.toEqual(two);
    },
  },
  {
    title: 'numbers what one person sends in the order of sending, without holes',
    async run(context) {
      const voice = await speak(context, context.ann);
      const seqs: number[] = [];
      for (const n of range(12)) {
        const answer = await voice.send({ content: `in order ${n}`, clientId: newKey() });
        seqs.push(answer.ok ? answer.seq : -1);
      }
      expect(seqs).toEqual(range(12).map((n) => seqs[0]! + n - 1));
    },
  },
  {
    title: 'takes the longest message and refuses a longer, an empty, a blank one and one that is no text',
    async run(context) {
      const voice = await speak(context, context.ann);
      const longest = 'x'.repeat(limits.messageContentMaxCharacters);
      expect((await voice.send({ content: longest, clientId: newKey() })).ok).toBe(true);
      for (const content of [`${longest}x`, '', '  \n ', 42, null, { $gt: '' }, ['a'], true]) {
        expect(
          await voice.send({ content, clientId: newKey() }),
          JSON.stringify(content).slice(0, 40),
        ).toEqual({ ok: false, code: 'invalid_request' });
      }
    },
  },
  {
    title: 'keeps every character of a text as it is',
    async run(context) {
      const voice = await speak(context, context.ann);
      for (const content of [
        'नमस्ते दुनिया',
        '你好，世界',
        'مرحبا',
        '👩‍👩‍👧‍👦 e\u0301',
        '<script>alert(1)</script>',
        '{"$where":"1"}',
        'line\nline\ttab',
        '"quoted" \\ back',
      ]) {
        expect(await voice.send({ content, clientId: newKey() })).toMatchObject({ ok: true, content });
      }
    },
  },
  {
    title: 'refuses half a surrogate pair and a NUL, which storage would change',
    async run(context) {
      const voice = await speak(context, context.ann);
      for (const content of ['a\ud800b', 'a\0b']) {
        expect(await voice.send({ content, clientId: newKey() })).toEqual({
          ok: false,
          code: 'invalid_request',
        });
      }
    },
  },
  {
    title: 'answers chat_not_found to a foreign chat, the same as to one that does not exist',
    needsChats: true,
    async run(context) {
      const { server, ann, bob } = context;
      const { body } = await server.request('POST', '/api/messages/send', {
        token: ann.token,
        body: { to: bob.id, content: 'private' },
      });
      const eve = await server.newPerson('eve');
      for (const chatId of [body.message.chatId, 'f'.repeat(24)]) {
        expect(await (await speak(context, eve, chatId)).send({ content: 'let me in' })).toEqual({
          ok: false,
          code: 'chat_not_found',
        });
      }
      expect(await (await speak(context, eve, 'nonsense')).send({ content: 'let me in' })).toEqual({
        ok: false,
        code: 'invalid_request',
      });
    },
  },
  {
    title: 'refuses more than the rate and takes messages again afterwards',
    async run(context) {
      const hasty = await context.server.newPerson('hasty');
      const voice = await speak(context, hasty);
      // More than may come within five seconds, again where that took longer.
      const burst = () =>
        Promise.all(
          range(6 * limits.messagesPerSecond).map((n) =>
            voice.send({ content: `fast ${n}`, clientId: newKey() }),
          ),
        );
      let answers = await burst();
      for (let round = 1; round < 5 && answers.every(({ ok }) => ok); round += 1) answers = await burst();
      expect(answers.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(limits.messagesPerSecond);
      expect(new Set(answers.flatMap((answer) => (answer.ok ? [] : [answer.code])))).toEqual(
        new Set(['rate_limited']),
      );
      await expect
        .poll(async () => (await voice.send({ content: 'slower', clientId: newKey() })).ok, {
          timeout: 20_000,
          interval: 200,
        })
        .toBe(true);
    },
  },
];
