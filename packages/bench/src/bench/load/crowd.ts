import { type LoadSocket, openLoadSocket } from './load.socket.js';
import type { Wire, WireUser } from './wire.js';

/** What the connections of a crowd tell; `user` is a place in its list. */
export interface CrowdListener {
  onAck?(user: number, request: number, ok: boolean, text: string): void;
  onMessage?(user: number, text: string, contentAt: number): void;
  onLost?(user: number, reason: string): void;
}

/** Connected users. Their heartbeats are answered. */
export interface Crowd {
  readonly sockets: readonly LoadSocket[];
  /** Connects more users and waits until the system knows each of them. */
  add(users: readonly WireUser[]): Promise<void>;
  close(): void;
}

/** Handshakes under way at once. */
const CONNECT_AT_ONCE = 64;

/** A crowd of nobody yet. */
export function createCrowd(port: number, wire: Wire, listener: CrowdListener = {}): Crowd {
  const sockets: LoadSocket[] = [];

  function open(place: number, user: WireUser): Promise<void> {
    return new Promise((resolve, reject) => {
      const events = {
        onReady: resolve,
        onAck(request: number, ok: boolean, text: string) {
          // The refusal of a connection answers no request.
          if (request < 0) reject(new Error(text));
          else listener.onAck?.(place, request, ok, text);
        },
        onMessage: (text: string, contentAt: number) => listener.onMessage?.(place, text, contentAt),
        reply: (text: string) => sockets[place]?.send(text),
      };
      openLoadSocket({
        port,
        path: wire.path(user),
        onOpen(socket) {
          sockets[place] = socket;
        },
        onText: (text) => wire.read(text, user, events),
        onLost: (reason) => listener.onLost?.(place, reason),
      }).catch(reject);
    });
  }

  return {
    sockets,
    async add(users) {
      const base = sockets.length;
      let next = 0;
      const run = async () => {
        while (next < users.length) {
          next += 1;
          await open(base + next - 1, users[next - 1] as WireUser);
        }
      };
      await Promise.all(Array.from({ length: CONNECT_AT_ONCE }, run));
    },
    close() {
      for (const socket of sockets) socket.cut();
    },
  };
}
