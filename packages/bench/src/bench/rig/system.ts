import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { socketIoWire, type Wire, type WireUser, wsRelayWire } from '../load/wire.js';
import type { ParleyOrder, ParleyReady, Person } from './parley.order.js';
import { CORE_UNDER_TEST, movePinned, type PinnedProcess, startPinned } from './pinned.process.js';

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
  /** So many users who can connect, and whom no other load has at the same time. */
  makeUsers(count: number): Promise<WireUser[]>;
  stop(): Promise<void>;
}

/** Parley, which alone can be asked for more than messages. */
export interface ParleySystem extends System {
  makeUsers(count: number): Promise<Person[]>;
  readonly engineUri: string;
  readonly startedInMs: number;
}

/** bcrypt's lowest cost: accounts for the load are not what is measured. */
const CHEAP_PASSWORDS = 4;

/** Node's options as in `npm start`. */
const START_OPTIONS = readStartOptions();

function readStartOptions(): string[] {
  const text = readFileSync(new URL('../../../../../package.json', import.meta.url), 'utf8');
  const { scripts } = JSON.parse(text) as { scripts: { start: string } };
  return scripts.start.match(/--\S+/g) ?? [];
}

/** Tokens are still good when a measure starts the server again on the same folder. */
const TOKEN_SECRET = randomBytes(48).toString('base64');

export interface ParleyOptions {
  /** Of its data and logs. */
  folder: string;
  order?: ParleyOrder;
  nodeOptions?: string[];
}

/** Starts Parley with its engine. */
export async function startParley({ folder, order, nodeOptions }: ParleyOptions): Promise<ParleySystem> {
  const child = await startPinned<ParleyReady>({
    name: 'parley',
    entry: 'rig/parley.child.js',
    order: order ?? { passwordCost: CHEAP_PASSWORDS },
    cwd: folder,
    env: {
      NODE_ENV: 'production',
      JWT_SECRET: TOKEN_SECRET,
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: join(folder, 'data'),
      LOG_DIR: join(folder, 'logs'),
      // Everybody signs in from one address.
      RATE_LIMIT_MAX_REQUESTS: '1000000',
    },
    nodeOptions: [...START_OPTIONS, ...(nodeOptions ?? [])],
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
    stop: () => child.stop(),
  };
}

const processIdsOf = ({ processes }: System) =>
  Object.values(processes).filter((id) => id !== undefined) as number[];

/** Lets a system have the whole machine, to get ready while nothing is measured. */
export function releaseSystem(system: System): void {
  for (const id of processIdsOf(system)) movePinned(id, 'anywhere');
}

/** Puts it back on the processor under test. */
export function confineSystem(system: System): void {
  for (const id of processIdsOf(system)) movePinned(id, CORE_UNDER_TEST);
}

interface Peer {
  name: SystemName;
  entry: string;
  wire: Wire;
  order?: object;
  engine?: number | undefined;
  nodeOptions?: string[];
}

/** A peer knows nobody: users are ids, of the form that the tutorial server's database wants. */
async function startPeer({ name, entry, wire, order, engine, nodeOptions }: Peer): Promise<System> {
  const child = await startPinned<{ port: number }>({
    name,
    entry,
    ...(order !== undefined && { order }),
    ...(nodeOptions !== undefined && { nodeOptions }),
  });
  let made = 0;
  return {
    name,
    port: child.ready.port,
    wire,
    process: child,
    processes: { server: child.processId, engine },
    makeUsers(count) {
      const ids = Array.from({ length: count }, (_, n) => (made + n + 1).toString(16).padStart(24, '0'));
      made += count;
      return Promise.resolve(ids.map((id) => ({ id, token: id })));
    },
    stop: () => child.stop(),
  };
}

/** Starts the relay on Socket.IO. */
export const startSocketIoRelay = (nodeOptions?: string[]) =>
  startPeer({
    name: 'socket.io relay',
    entry: 'peers/socketio-relay.child.js',
    wire: socketIoWire,
    ...(nodeOptions !== undefined && { nodeOptions }),
  });

/** Starts the relay on ws. */
export const startWsRelay = () =>
  startPeer({ name: 'ws relay', entry: 'peers/ws-relay.child.js', wire: wsRelayWire });

/** Starts the tutorial server, on the engine that Parley runs on: the two are never measured at the same time. */
export const startTutorialServer = ({ engineUri, processes: { engine } }: ParleySystem) =>
  startPeer({
    name: 'tutorial server',
    entry: 'peers/tutorial.child.js',
    wire: socketIoWire,
    order: { engineUri },
    engine,
  });
