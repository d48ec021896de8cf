import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { WebSocket } from 'ws';

/** What a page came to. */
export interface PageView {
  /** The media type that the browser took the answer for. */
  type: string;
  /** Whether anything of what was written ran. */
  harmed: boolean;
  /** Elements that markup in the text would have become. */
  elements: number;
}

/** A browser over its debugging protocol. */
export interface Browser {
  setCookie(url: string, name: string, value: string): Promise<void>;
  open(url: string): Promise<PageView>;
  close(): Promise<void>;
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --remote-debugging-port=0';

/** Chromium's program file, or undefined. */
export function findBrowser(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [process.env['CHROMIUM_BIN'], ...candidates].find((path) => {
    try {
      if (path === undefined) return false;
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

const LOOK = `JSON.stringify({
  type: document.contentType,
  harmed: 'harmed' in window,
  elements: document.querySelectorAll('img[src=x], svg[onload], iframe, a[href^=javascript], script:not([src])').length,
})`;

/** Starts a browser with a profile of its own, and no page's security policy in its way: markup must be inert by itself. */
export async function openBrowser(program: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'parley-browser-'));
  const child = spawn(program, [...FLAGS.split(' '), `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stderr.on('data', (data) => {
      output += data;
      const found = /DevTools listening on (ws:\/\/\S+)/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    void gone.then(() => reject(new Error(`the browser ended: ${output.slice(-300)}`)));
  });

  const webSocket = new WebSocket(address);
  // biome-ignore lint/suspicious/noExplicitAny: answers of the debugging protocol are looked at where they are used
  const waiting = new Map<number, (answer: any) => void>();
  const loads = new Set<() => void>();
  let asked = 0;
  webSocket.on('message', (data) => {
    const message = JSON.parse(String(data));
    waiting.get(message.id)?.(message.result ?? {});
    waiting.delete(message.id);
    if (message.method === 'Page.loadEventFired') for (const load of loads) load();
  });
  await new Promise((resolve) => webSocket.once('open', resolve));
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const ask = (method: string, params: object = {}, sessionId?: string): Promise<any> => {
    asked += 1;
    const id = asked;
    webSocket.send(JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) }));
    return new Promise((resolve) => waiting.set(id, resolve));
  };
  const { targetId } = await ask('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await ask('Target.attachToTarget', { targetId, flatten: true });
  await ask('Page.enable', {}, sessionId);
  await ask('Page.setBypassCSP', { enabled: true }, sessionId);

  return {
    async setCookie(url, name, value) {
      await ask('Network.setCookie', { url, name, value, httpOnly: true }, sessionId);
    },
    async open(url) {
      const loaded = new Promise<void>((resolve) => {
        const done = () => {
          loads.delete(done);
          resolve();
        };
        loads.add(done);
      });
      await ask('Page.navigate', { url }, sessionId);
      await loaded;
      const { result } = await ask('Runtime.evaluate', { expression: LOOK }, sessionId);
      return JSON.parse(result.value);
    },
    async close() {
      await ask('Browser.close');
      webSocket.terminate();
      await gone;
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
