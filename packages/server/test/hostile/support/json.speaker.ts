import { WebSocket } from 'ws';
import type { Attack, Member } from '../hostile.case.js';

/** What a send came to, in one form for every transport. */
export interface Said {
  ok: boolean;
  code?: string;
  content?: string;
}

const DEADLINE_MS = 20_000;
/** Any ack id will do on a connection that sends one event. */
const ACK_ID = 7;

/**
 * Sends a message as JSON text, which no library has looked at: over REST as the body, over Socket.IO as the payload
 * of `send_message`, over the raw WebSocket as the frame.
 */
export async function speakJson(attack: Attack, person: Member, json: string): Promise<Said> {
  const { server, transport } = attack;
  if (transport === 'REST') {
    const answer = await server.request('POST', '/api/messages/send', { token: person.token, body: json });
    if (answer.status >= 400) return { ok: false, code: answer.body.code };
    return { ok: true, content: answer.body.message.content };
  }
  const isRaw = transport === 'raw WebSocket';
  const path = isRaw ? `/?token=${person.token}` : '/socket.io/?EIO=4&transport=websocket';
  const webSocket = new WebSocket(server.webSocketUrl + path);
  try {
    return await new Promise<Said>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('no answer')), DEADLINE_MS);
      webSocket.on('error', () => undefined);
      webSocket.on('close', (code) => {
        clearTimeout(timer);
        resolve({ ok: false, code: `closed ${code}` });
      });
      const answer = (said: Said) => {
        clearTimeout(timer);
        resolve(said);
      };
      webSocket.on('message', (data) => {
        if (isRaw) hearRaw(String(data), person, () => webSocket.send(json), answer);
        else hearSocketIo(String(data), person, json, (packet) => webSocket.send(packet), answer);
      });
    });
  } finally {
    webSocket.terminate();
  }
}

function hearRaw(text: string, person: Member, speak: () => void, answer: (said: Said) => void): void {
  const frame = JSON.parse(text);
  if (frame.type === 'history') speak();
  else if (frame.type === 'error') answer({ ok: false, code: frame.code });
  else if (frame.sender === person.id) answer({ ok: true, content: frame.text });
}

function hearSocketIo(
  packet: string,
  person: Member,
  json: string,
  send: (packet: string) => void,
  answer: (said: Said) => void,
): void {
  if (packet.startsWith('0')) send(`40${JSON.stringify({ token: person.token })}`);
  else if (packet.startsWith('42["authenticated"')) send(`42${ACK_ID}["send_message",${json}]`);
  else if (packet.startsWith(`43${ACK_ID}`)) {
    const [ack] = JSON.parse(packet.slice(2 + String(ACK_ID).length));
    answer(ack.ok ? { ok: true, content: ack.message.content } : { ok: false, code: ack.error.code });
  }
}
