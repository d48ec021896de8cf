import type { SessionKeeper } from './session.keeper.js';

/** Tells the other tabs of a browser when somebody signs in or out here, and hears it from them. */
export function watchTabs(scope: string, keeper: SessionKeeper): () => void {
  // Elsewhere there are no tabs, and a channel would keep a process alive.
  if (typeof document === 'undefined') return () => {};
  const channel = new BroadcastChannel(scope);
  channel.onmessage = keeper.compare;
  let userId: string | undefined;
  keeper.session.subscribe((session) => {
    if (session?.user.id === userId) return;
    userId = session?.user.id;
    channel.postMessage(null);
  });
  return () => channel.close();
}
