import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountSmallDisk, SMALL_JOURNAL, type SmallDisk } from '../faults/small.disk.js';
import { startTcpProxy, type TcpProxy } from '../faults/tcp.proxy.js';
import type { Random } from '../random.js';
import type { StoredEntry } from '../stored.entry.js';
import { findFreePort } from './free.port.js';
import { createServerProcess, type ServerProcess, type ServerProcessOptions } from './server.process.js';

/** Everything that a run hurts: a server with its engine, the network in front of it, its disk and its clock. */
export interface Rig {
  folder: string;
  server: ServerProcess;
  proxy: TcpProxy;
  /** Undefined where a small disk was not asked for, or cannot be mounted. */
  disk: SmallDisk | undefined;
  /** Moves the server's wall clock to so many milliseconds from the true time. */
  setClock(offsetMs: number): void;
  /** The log as it lies in the database; afterwards the server may have been stopped. */
  readEntries(): Promise<StoredEntry[]>;
  close(): Promise<void>;
}

export interface RigOptions {
  random: Random;
  wantsSmallDisk?: boolean;
  wantsClock?: boolean;
  order?: ServerProcessOptions['order'];
  env?: Record<string, string>;
}

/** Starts a server in a temporary folder, and a proxy in front of it. */
export async function startRig({ random, wantsSmallDisk, wantsClock, order, env }: RigOptions): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'parley-chaos-'));
  const disk = wantsSmallDisk === true ? mountSmallDisk(join(folder, 'disk')) : undefined;
  const dataDir = join(disk?.folder ?? folder, 'data');
  mkdirSync(dataDir, { recursive: true });
  const clockFile = wantsClock === true ? join(folder, 'clock') : undefined;
  const options: ServerProcessOptions = {
    port: await findFreePort(),
    folder,
    dataDir,
    ...(order !== undefined && { order }),
    env: { ...(disk !== undefined && SMALL_JOURNAL), ...env },
    ...(clockFile !== undefined && { clockFile }),
  };
  const setClock = (offsetMs: number) => {
    if (clockFile !== undefined) writeFileSync(clockFile, String(offsetMs));
  };
  setClock(0);
  const server = createServerProcess(options);
  let proxy: TcpProxy | undefined;
  const close = async () => {
    disk?.free();
    await proxy?.close();
    await server.stop();
    disk?.remove();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  try {
    await server.start();
    proxy = await startTcpProxy(await findFreePort(), options.port, random.fork('proxy'));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    folder,
    server,
    proxy,
    disk,
    setClock,
    async readEntries() {
      if (order !== undefined) return server.ask({ ask: 'entries' });
      // The server of `npm start` answers no such question; the same data under the other entry does.
      await server.stop();
      const reader = createServerProcess({ ...options, order: {} });
      await reader.start();
      const entries = await reader.ask<StoredEntry[]>({ ask: 'entries' });
      await reader.stop();
      return entries;
    },
    close,
  };
}
