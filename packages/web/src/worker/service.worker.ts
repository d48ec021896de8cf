// The app opens without a network: its files are kept, whole versions at a time. Messages and pictures are not its
// business: the client keeps its own, and the API is always asked over the network.

interface WorkerEvent extends Event {
  waitUntil(task: Promise<unknown>): void;
}
interface RequestEvent extends WorkerEvent {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}
/** The part of the worker's own scope that is used here: the types of pages and workers cannot be loaded together. */
interface WorkerScope {
  readonly location: Location;
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(name: 'install' | 'activate', listener: (event: WorkerEvent) => void): void;
  addEventListener(name: 'fetch', listener: (event: RequestEvent) => void): void;
  addEventListener(name: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}

// Filled in by the build, see vite.config.ts.
declare const __PRECACHE_FILES__: readonly string[];
declare const __PRECACHE_VERSION__: string;

const scope = globalThis as unknown as WorkerScope;
const files = __PRECACHE_FILES__;
const cacheName = `parley-app-${__PRECACHE_VERSION__}`;
/** Addresses that are never a view of the app; the server has the same list. */
const noView = /^\/(api|socket\.io|ws|assets|metrics|live|ready|users|conversations|messages)(\/|$)/;

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(cacheName)
      .then((cache) => cache.addAll(files.map((path) => new Request(path, { cache: 'reload' })))),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        names
          .filter((name) => name.startsWith('parley-app-') && name !== cacheName)
          .map((name) => caches.delete(name)),
      )
      .then((deletions) => Promise.all(deletions))
      .then(() => scope.clients.claim()),
  );
});

// The page says when: the person has agreed to start over with the new version.
scope.addEventListener('message', (event) => {
  if (event.data === 'take-over') void scope.skipWaiting();
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== scope.location.origin) return;
  const isView = request.mode === 'navigate' && !noView.test(pathname) && /^[\w/-]+$/.test(pathname);
  const path = isView ? '/' : pathname;
  if (!files.includes(path)) return;
  event.respondWith(
    caches
      .open(cacheName)
      .then((cache) => cache.match(path))
      .then((kept) => kept ?? fetch(request)),
  );
});
