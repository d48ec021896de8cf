import { LOBBY_CHAT_ID } from '@parley/protocol';
import { enter, openRaw, type Received } from '../live/live.client.js';
import type { Person, TestServer } from '../support/test-server.js';

/** What a send came to, the same on every transport. */
export type Outcome =
  | { ok: true; messageId: string; seq: number; content: string }
  | { ok: false; code: string };

/** One person on one transport, writing into one chat. */
export interface Voice {
  send(body: { content: unknown; clientId?: string }): Promise<Outcome>;
}

/** A way to reach the server; the cases know nothing else of it. */
export interface Transport {
  name: string;
  /** `chatId` is where it writes to; the raw WebSocket knows the lobby only. */
  speak(server: TestServer, person: Person, chatId: string): Promise<Voice>;
  /** Whether it can name a chat, and so a foreign one. */
  namesChats: boolean;
}

const rest: Transport = {
  name: 'REST',
  namesChats: true,
  speak: (server, { token }, chatId) =>
    Promise.resolve({
      async send(body) {
        const answer = await server.request('POST', '/api/messages/send', {
          token,
          body: { chatId, ...body },
        });
        if (answer.status >= 400) return { ok: false, code: answer.body.code };
        const { id, seq, content } = answer.body.message;
        return { ok: true, messageId: id, seq, content };
      },
    }),
};

const socketIo: Transport = {
  name: 'Socket.IO',
  namesChats: true,
  async speak(server, person, chatId) {
    const client = await enter(server, person);
    return {
      async send(body) {
        const ack = await client.call('send_message', { chatId, ...body });
        if (!ack.ok) return { ok: false, code: ack.error.code };
        return { ok: true, messageId: ack.messageId, seq: ack.message.seq, content: ack.message.content };
      },
    };
  },
};

const rawWebSocket: Transport = {
  name: 'raw WebSocket',
  namesChats: false,
  async speak(server, person) {
    const client = openRaw(server, `/?token=${person.token}`);
    await client.waitFor('history');
    return {
      // An answer is a message of one's own, or an error; either carries the clientId, so that many can be under way.
      async send({ content, clientId = `auto-${Math.random()}` }) {
        const seen = client.received.length;
        client.say({ text: content, clientId });
        const isAnswer = (frame: Received) =>
          frame.clientId === clientId &&
          client.received.findIndex(({ payload }) => payload === frame) >= seen;
        const frame: Received = await Promise.race([
          client.waitFor('message', isAnswer),
          client.waitFor('error', isAnswer),
        ]);
        if (frame.type === 'error') return { ok: false, code: frame.code };
        return { ok: true, messageId: frame.messageId, seq: frame.seq, content: frame.text };
      },
    };
  },
};

export const transports: readonly Transport[] = [rest, socketIo, rawWebSocket];

/** A chat that both people may write into, on any transport: the lobby for all. */
export const sharedChat = LOBBY_CHAT_ID;
