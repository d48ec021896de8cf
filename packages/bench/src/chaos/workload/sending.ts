import type { History } from '../history.js';
import type { Random } from '../random.js';
import { pause } from '../rig/pause.js';
import type { Answer } from '../wire/answer.js';
import type { RestClient } from '../wire/rest.client.js';
import type { PlannedChat } from './chat.plan.js';
import type { Device } from './device.js';

/** Of the sends whose outcome is unknown, how many are given up: they may have happened, once at most. */
const GIVEN_UP = 0.12;
/** Of the acknowledged sends, how many are sent again: the original must come back. */
const SENT_AGAIN = 0.06;
/** Refusals after which the same send may pass a moment later. */
const PASSING = new Set([
  'rate_limited',
  'server_busy',
  'shutting_down',
  'not_connected',
  'too_many_connections',
]);

/** A message of one's own that is on the server. */
export interface OwnMessage {
  id: string;
  chat: PlannedChat;
  /** A change is under way, or has an unknown outcome, or the message is gone: leave it alone. */
  isBusy: boolean;
}

export interface SenderParts {
  device: Device;
  rest: RestClient;
  history: History;
  random: Random;
  /** Whether a send whose outcome is unknown is still to be repeated. */
  mayGoOn: () => boolean;
}

/** Sends with retries, as an outbox does it: the same clientId until the outcome is known, on whatever transport. */
export function createSender({ device, rest, history, random, mayGoOn }: SenderParts) {
  const { person } = device;
  let sent = 0;

  function pickTransport(chat: PlannedChat): 'rest' | 'socket.io' | 'websocket' {
    const open: ('rest' | 'socket.io' | 'websocket')[] = ['rest'];
    if (device.socket?.isOpen() === true) open.push('socket.io');
    if (chat.isLobby && device.lobby?.isOpen() === true) open.push('websocket', 'websocket');
    return random.pick(open);
  }

  async function attempt(chat: PlannedChat, clientId: string, content: string, isAgain: boolean) {
    const transport = pickTransport(chat);
    const start = history.now();
    let answer: Answer<{ id: string; seq: number }>;
    if (transport === 'websocket' && device.lobby !== null)
      answer = await device.lobby.say(content, clientId, isAgain);
    else {
      const body = { chatId: chat.id, content, clientId };
      const whole =
        transport === 'socket.io' && device.socket !== null
          ? await device.socket.call('send_message', body)
          : await rest.call('POST', '/api/messages/send', { token: person.token, body });
      if (whole.outcome === 'ok' && transport === 'socket.io') device.takeOwn('created', whole.value.message);
      answer = whole.outcome === 'ok' ? { outcome: 'ok', value: whole.value.message } : whole;
    }
    history.add({
      type: 'send',
      start,
      end: history.now(),
      user: person.id,
      chat: chat.id,
      transport,
      clientId,
      content,
      outcome: answer.outcome,
      ...(answer.outcome === 'ok' ? { id: answer.value.id, seq: answer.value.seq } : { code: answer.code }),
    });
    return answer;
  }

  return {
    /** One message, until its outcome is known or it is given up; null unless it was acknowledged. */
    async send(chat: PlannedChat): Promise<OwnMessage | null> {
      sent += 1;
      const clientId = `${person.name}-${sent}`;
      const content = `${clientId} ${'.'.repeat(random.between(0, 60))}`;
      for (let tries = 0; ; tries += 1) {
        const answer = await attempt(chat, clientId, content, tries > 0);
        if (answer.outcome === 'ok') {
          if (random.chance(SENT_AGAIN)) {
            await pause(random.between(0, 300));
            await attempt(chat, clientId, content, true);
          }
          return { id: answer.value.id, chat, isBusy: false };
        }
        if (answer.outcome === 'fail' && !PASSING.has(answer.code)) return null;
        if (answer.outcome === 'unknown' && tries === 0 && random.chance(GIVEN_UP)) return null;
        if (!mayGoOn()) return null;
        await pause(random.between(40, 400) * Math.min(4, tries + 1));
      }
    },
  };
}
