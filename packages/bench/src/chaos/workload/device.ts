import { LOBBY_CHAT_ID } from '@parley/protocol';
import type { History } from '../history.js';
import type { Random } from '../random.js';
import { pause } from '../rig/pause.js';
import { connectLobby, type LobbyClient } from '../wire/lobby.client.js';
import type { Body } from '../wire/rest.client.js';
import { connectSocketIo, type SocketIoClient } from '../wire/socketio.client.js';
import type { Person } from './people.js';
import { createReplica, type Replica } from './replica.js';
import { askSync } from './syncing.js';

/** Messages that one answer of sync may carry here: small, so that clients that were away need several. */
/** How long a connection may take before another one is tried, in milliseconds: it may lead into a black hole. */
const CONNECT_MS = 5_000;
const SYNC_LIMIT = 50;

export interface DeviceOptions {
  port: number;
  person: Person;
  /** Name of the client in the history. */
  name: string;
  history: History;
  random: Random;
}

/** A device that stays connected as well as it can, and keeps a replica by live events and sync. */
export interface Device {
  readonly person: Person;
  readonly name: string;
  readonly replica: Replica;
  readonly socket: SocketIoClient | null;
  readonly lobby: LobbyClient | null;
  /** Connects again when cut, until `close`. */
  run(): void;
  /** The answer to something of one's own over this device's socket: it comes as no event. */
  takeOwn(event: 'created' | 'updated' | 'deleted', message: Body): void;
  /** Asks sync until nothing is left; false when an answer did not come. */
  catchUp(): Promise<boolean>;
  /** Away for a while: cut off, and back. */
  leaveFor(milliseconds: number): void;
  close(): Promise<void>;
}

const EVENTS = { new_message: 'created', message_updated: 'updated', message_deleted: 'deleted' } as const;

/** Makes a device; it connects once it runs. */
export function createDevice({ port, person, name, history, random }: DeviceOptions): Device {
  const replica = createReplica();
  let socket: SocketIoClient | null = null;
  let lobby: LobbyClient | null = null;
  let connections = 0;
  let isClosed = false;
  let awayUntil = 0;
  let catchingUp: Promise<boolean> | null = null;
  let isBehind = false;
  const loops: Promise<void>[] = [];

  function note(connection: string, event: string, payload: Body): void {
    const at = history.now();
    const seen = { type: 'seen', start: at, end: at, user: person.id, connection } as const;
    const kind = EVENTS[event as keyof typeof EVENTS];
    if (kind !== undefined) {
      const { id, chatId: chat, seq, rev } = payload;
      history.add({ ...seen, chat, event: kind, id, seq, rev });
      if (!replica.applyLive(kind, payload)) wantSync();
    } else if (event === 'message_sent') {
      const { messageId: id, chatId: chat, seq, rev } = payload;
      history.add({ ...seen, chat, event: 'sent', id, seq, rev });
    } else if (event === 'message_read') {
      replica.applyReceipt(payload.chatId, payload.readerId, { readSeq: payload.readSeq });
      history.add({
        ...seen,
        chat: payload.chatId,
        event: 'read',
        of: payload.readerId,
        mark: payload.readSeq,
      });
    } else if (event === 'message_delivered') {
      replica.applyReceipt(payload.chatId, payload.userId, { deliveredSeq: payload.deliveredSeq });
      history.add({
        ...seen,
        chat: payload.chatId,
        event: 'delivered',
        of: payload.userId,
        mark: payload.deliveredSeq,
      });
    }
  }

  function wantSync(): void {
    isBehind = true;
    catchingUp ??= catchUpOnce().finally(() => {
      catchingUp = null;
    });
  }

  async function catchUpOnce(): Promise<boolean> {
    // Gathers what comes in one breath.
    await pause(random.between(50, 300));
    while (isBehind && !isClosed) {
      isBehind = false;
      if (!(await askAll())) return false;
    }
    return true;
  }

  async function askAll(): Promise<boolean> {
    for (;;) {
      const asked = socket;
      if (asked === null) return false;
      const call = (question: object) => asked.call('sync', question);
      const answer = await askSync({ person, client: name, replica, history, limit: SYNC_LIMIT, call });
      if (answer.outcome !== 'ok') return false;
      if (answer.value.more !== true) return true;
    }
  }

  const whenBack = () => Math.max(0, awayUntil - history.now());
  const newName = () => {
    connections += 1;
    return `${name}/${connections}`;
  };

  async function keepSocket(): Promise<void> {
    while (!isClosed) {
      await pause(whenBack());
      const connection = newName();
      try {
        socket = await connectSocketIo({
          port,
          withinMs: CONNECT_MS,
          token: person.token,
          onEvent: (event, payload) => note(connection, event, payload),
        });
        wantSync();
        // Closed while it connected: there was nothing to cut yet.
        if (isClosed) socket.cut();
        await socket.closed;
      } catch {
        // Refused or unreachable: again, in a moment.
      }
      socket = null;
      await pause(random.between(30, 300));
    }
  }

  async function keepLobby(): Promise<void> {
    while (!isClosed) {
      await pause(whenBack());
      const connection = newName();
      const start = history.now();
      try {
        lobby = await connectLobby({
          port,
          withinMs: CONNECT_MS,
          token: person.token,
          onHistory(frames) {
            const messages = frames.map(({ messageId, seq: held, timestamp }) => ({
              id: messageId,
              seq: held,
              rev: 0,
              at: timestamp,
            }));
            history.add({
              type: 'page',
              start,
              end: history.now(),
              user: person.id,
              chat: LOBBY_CHAT_ID,
              outcome: 'ok',
              messages,
            });
          },
          onMessage({ messageId: id, seq }) {
            const at = history.now();
            const seen = { type: 'seen', start: at, end: at, user: person.id, connection } as const;
            history.add({ ...seen, chat: LOBBY_CHAT_ID, event: 'created', id, seq });
          },
        });
        if (isClosed) lobby.cut();
        await lobby.closed;
      } catch {
        // As above.
      }
      lobby = null;
      await pause(random.between(30, 300));
    }
  }

  return {
    person,
    name,
    replica,
    get socket() {
      return socket;
    },
    get lobby() {
      return lobby;
    },
    run: () => void loops.push(keepSocket(), keepLobby()),
    takeOwn(event, message) {
      if (!replica.applyLive(event, message)) wantSync();
    },
    async catchUp() {
      await catchingUp;
      return askAll();
    },
    leaveFor(milliseconds) {
      awayUntil = history.now() + milliseconds;
      socket?.cut();
      lobby?.cut();
    },
    async close() {
      isClosed = true;
      awayUntil = 0;
      socket?.cut();
      lobby?.cut();
      await Promise.all(loops);
    },
  };
}
