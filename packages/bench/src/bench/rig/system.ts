import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { socketIoWire, type Wire, type WireUser, wsRelayWire } from '../load/wire.js';
import type { ParleyOrder, ParleyReady, Person } from './parley.order.js';
import { type PinnedProcess, startPinned } from './pinned.process.js';

/** The systems that are compared; the names are those of the tables. */
export type SystemName = 'parley' | 'socket.io relay' | 'ws relay' | 'tutorial server';

/** Something that messages go through. */
export interface System {
  readonly name: SystemName;
  readonly port: number;
  readonly wire: Wire;
  readonly process: PinnedProcess<unknown>;
  /** The processes whose time a message costs, by name. */
  readonly processes: Record<'server' | 'engine', number | undefined>;
  /** So many users who can connect; each call gives new ones. */
  makeUsers(count: number): Promise<WireUser[]>;
  stop(): Promise<void>;
}

/** Parley, which alone can be asked for more than messages. */
export interface ParleySystem extends System {
  readonly engineUri: string;
  readonly startedInMs: number;
}

/** bcrypt's lowest cost: accounts for the load are not what is measured. */
const CHEAP_PASSWORDS = 4;

export interface ParleyOptions {
  order?: ParleyOrder;
  /** Kept at the end; default a new folder that is removed. */
  folder?: string;
  nodeOptions?: string[];
}

/** Starts Parley with its engine, in a folder of its own. */
export async function startParley(options: ParleyOptions = {}): Promise<ParleySystem> {
  const { order = { passwordCost: CHEAP_PASSWORDS }, nodeOptions } = options;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'parley-bench-'));
  mkdirSync(folder, { recursive: true });
  const clean = () => {
    if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const child = await startPinned<ParleyReady>({
      name: 'parley',
      entry: 'rig/parley.child.js',
      order,
      cwd: folder,
      env: {
        NODE_ENV: 'test',
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: join(folder, 'data'),
        LOG_DIR: join(folder, 'logs'),
        // Everybody signs in from one address.
        RATE_LIMIT_MAX_REQUESTS: '1000000',
      },
      ...(nodeOptions !== undefined && { nodeOptions }),
    });
    return {
      name: 'parley',
      port: child.ready.port,
      wire: socketIoWire,
      process: child,
      processes: { server: child.processId, engine: child.ready.engineProcessId },
      engineUri: child.ready.engineUri,
      startedInMs: child.startedInMs,
      makeUsers: (count) => child.ask<Person[]>('makePeople', { count }),
      async stop() {
        await child.stop();
        clean();
      },
    };
  } catch (error) {
    clean();
    throw error;
  }
}

/** A relay knows nobody: users are names. */
async function startRelay(name: SystemName, entry: string, wire: Wire): Promise<System> {
  const child = await startPinned<{ port: number }>({ name, entry });
  let made = 0;
  return {
    name,
    port: child.ready.port,
    wire,
    process: child,
    processes: { server: child.processId, engine: undefined },
    makeUsers(count) {
      const ids = Array.from({ length: count }, (_, n) => `user${made + n}`);
      made += count;
      return Promise.resolve(ids.map((id) => ({ id, token: id })));
    },
    stop: () => child.stop(),
  };
}

/** Starts the relay on Socket.IO. */
export const startSocketIoRelay = () =>
  startRelay('socket.io relay', 'peers/socketio-relay.child.js', socketIoWire);

/** Starts the relay on ws. */
export const startWsRelay = () => startRelay('ws relay', 'peers/ws-relay.child.js', wsRelayWire);
