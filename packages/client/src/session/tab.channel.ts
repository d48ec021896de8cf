import type { SessionKeeper } from './session.keeper.js';

/** Tells the other tabs of a browser when somebody signs in or out here, and hears it from them. */
export function watchTabs(scope: string, keeper: SessionKeeper): { close(): void } {
  // Elsewhere there are no tabs, and a channel would keep a process alive.
  if (typeof document === 'undefined' || typeof BroadcastChannel === 'undefined')
    return { close: () => undefined };
  const channel = new BroadcastChannel(`${scope}:session`);
  channel.onmessage = () => void keeper.compare();
  let userId = keeper.session.peek()?.user.id;
  const end = keeper.session.subscribe((session) => {
    if (session?.user.id === userId) return;
    userId = session?.user.id;
    channel.postMessage(null);
  });
  return {
    close() {
      end();
      channel.close();
    },
  };
}
