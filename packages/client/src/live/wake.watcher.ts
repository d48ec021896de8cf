/** How often the clock is looked at. */
const TICK_MS = 5_000;
/** A tick that is later than this by more than itself: the machine slept, or the page was frozen. */
const LATE_MS = 15_000;

/**
 * Calls back when the application wakes: the page becomes visible, the network is back, or the clock has jumped.
 * Returns the call that ends it.
 */
export function watchWaking(onWake: () => void): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > LATE_MS) onWake();
    last = now;
  }, TICK_MS);
  (timer as { unref?: () => void }).unref?.();

  if (typeof document === 'undefined') return () => clearInterval(timer);
  const ending = new AbortController();
  const { signal } = ending;
  const onVisible = () => {
    if (document.visibilityState === 'visible') onWake();
  };
  document.addEventListener('visibilitychange', onVisible, { signal });
  addEventListener('online', onWake, { signal });
  addEventListener('pageshow', (event) => event.persisted && onWake(), { signal });
  return () => {
    clearInterval(timer);
    ending.abort();
  };
}
