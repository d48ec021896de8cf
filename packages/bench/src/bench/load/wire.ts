/** What a user's connection tells of the frames it gets. */
export interface WireEvents {
  /** The server knows the user, and sends may begin. */
  onReady(): void;
  /** The answer to a send; `ok` is false for a refusal, whose text is kept. */
  onAck(request: number, ok: boolean, text: string): void;
  /** A message of another user: where its content starts in `text`. */
  onMessage(text: string, contentAt: number): void;
  /** Has to be written back. */
  reply(text: string): void;
}

/** How a system is spoken to. One for each protocol, shared by all connections. */
export interface Wire {
  /** Address of the upgrade. */
  path(user: WireUser): string;
  encodeSend(request: number, to: string, content: string, clientId: string): string;
  /** The same to a room that the user is in. */
  encodeRoomSend(request: number, room: string, content: string, clientId: string): string;
  /** Looks at a frame no more than it has to: it is called for each of some hundred thousand a second. */
  read(text: string, user: WireUser, events: WireEvents): void;
}

/** Who a connection is of. `token` is the id itself where a peer asks for no other proof. */
export interface WireUser {
  id: string;
  token: string;
}

const CONTENT = '"content":"';

/** Engine.IO 4 and Socket.IO 5 over WebSocket, with the canonical events: Parley, and the peers built on Socket.IO. */
export const socketIoWire: Wire = {
  path: () => '/socket.io/?EIO=4&transport=websocket',
  encodeSend: (request, to, content, clientId) =>
    `42${request}["send_message",{"to":"${to}","content":"${content}","clientId":"${clientId}"}]`,
  encodeRoomSend: (request, room, content, clientId) =>
    `42${request}["send_message",{"chatId":"${room}","content":"${content}","clientId":"${clientId}"}]`,
  read(text, { token }, events) {
    switch (text.charCodeAt(0)) {
      case 0x30: // open
        events.reply(`40${JSON.stringify({ token })}`);
        return;
      case 0x32: // ping
        events.reply('3');
        return;
      case 0x34: // message
        break;
      default:
        return;
    }
    const kind = text.charCodeAt(1);
    if (kind === 0x33) {
      const start = text.indexOf('[', 2);
      events.onAck(Number(text.slice(2, start)), text.startsWith('{"ok":true', start + 1), text);
    } else if (kind === 0x32) {
      if (text.startsWith('["new_message"', 2)) {
        const at = text.indexOf(CONTENT, 16);
        events.onMessage(text, at < 0 ? text.length : at + CONTENT.length);
      } else if (text.startsWith('["authenticated"', 2)) events.onReady();
    } else if (kind === 0x34) events.onAck(-1, false, text);
  },
};

/** The frames of the raw ws relay, as small as they can be. */
export const wsRelayWire: Wire = {
  path: ({ id }) => `/?user=${id}`,
  encodeSend: (request, to, content, clientId) =>
    `{"request":${request},"to":"${to}","content":"${content}","clientId":"${clientId}"}`,
  encodeRoomSend: () => {
    throw new Error('the raw relay has no rooms');
  },
  read(text, _user, events) {
    if (text.startsWith('{"ack":')) events.onAck(Number(text.slice(7, -1)), true, text);
    else if (text === '{"ready":true}') events.onReady();
    else {
      const at = text.indexOf(CONTENT);
      if (at >= 0) events.onMessage(text, at + CONTENT.length);
    }
  },
};
