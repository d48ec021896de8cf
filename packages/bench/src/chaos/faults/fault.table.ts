import type { Random } from '../random.js';
import type { Rig } from '../rig/rig.js';
import type { ProxyMode } from './tcp.proxy.js';

/** Something that goes wrong for a while. */
export interface Fault {
  what: string;
  /** How long it lasts, in milliseconds; 0 for what happens in a moment. */
  lastsMs: number;
  /** What the rig has to be made with. */
  needs?: 'disk' | 'clock';
  begin(rig: Rig, random: Random): void | Promise<void>;
  end(rig: Rig): void | Promise<void>;
}

const HOUR_MS = 3_600_000;

function kill(what: string, targets: readonly ('server' | 'engine')[]): Fault {
  return {
    what,
    lastsMs: 0,
    begin: ({ server }) => {
      // The engine first: without its server it would begin to leave in order.
      for (const target of [...targets].reverse()) server.signal(target, 'SIGKILL');
    },
    async end({ server }) {
      if (!targets.includes('server')) return;
      await server.exited();
      await server.start();
    },
  };
}

function freeze(what: string, target: 'server' | 'engine'): Fault {
  return {
    what,
    lastsMs: 3_000,
    begin: ({ server }) => server.signal(target, 'SIGSTOP'),
    end: ({ server }) => server.signal(target, 'SIGCONT'),
  };
}

function network(what: string, mode: ProxyMode, lastsMs = 2_000): Fault {
  return {
    what,
    lastsMs,
    begin: ({ proxy }) => proxy.become(mode),
    end: ({ proxy }) => proxy.become('pass'),
  };
}

function clock(what: string, offsetMs: number): Fault {
  return {
    what,
    lastsMs: 3_000,
    needs: 'clock',
    begin: ({ setClock }) => setClock(offsetMs),
    end: ({ setClock }) => setClock(0),
  };
}

/** Every fault by its name on the command line. */
export const faults = {
  'kill-server': kill('SIGKILL of the server', ['server']),
  'kill-engine': kill('SIGKILL of the engine', ['engine']),
  'kill-both': kill('SIGKILL of the server and the engine', ['server', 'engine']),
  'stop-server': freeze('the server frozen for 3 s', 'server'),
  'stop-engine': freeze('the engine frozen for 3 s', 'engine'),
  drop: network('every connection ended, new ones refused', 'drop'),
  delay: network('every piece delayed', 'delay'),
  'half-close': network('one direction of every connection closed', 'half-close'),
  reset: network('every connection reset', 'reset'),
  'black-hole': network('nothing arrives on either side', 'black-hole'),
  'lose-acks': network('requests arrive and answers do not', 'lose-acks'),
  'disk-full': {
    what: 'no room on the disk of the data',
    lastsMs: 3_000,
    needs: 'disk',
    begin: ({ disk }) => disk?.fill(),
    end: ({ disk }) => disk?.free(),
  } satisfies Fault,
  'clock-forward': clock('the wall clock an hour ahead', HOUR_MS),
  'clock-back': clock('the wall clock an hour behind', -HOUR_MS),
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as FaultName[];
