/**
 * Drops the second of two equal signals that arrive within a second. Ctrl-C in a terminal reaches the whole
 * process group, and npm passes its own copy on as well (its signal-manager.js); systemd does the same with
 * SIGTERM. The server would take the copy for an impatient person's second Ctrl-C.
 *
 * Node binds `process.emit` when a listener is added, so this has to be called before any is.
 */
export function ignoreRepeatedSignals() {
  const repeatMs = 1000;
  /** @type {Map<string, number>} */
  const lastSeen = new Map();
  const emit = process.emit;

  process.emit = /** @type {typeof process.emit} */ (
    (/** @type {string} */ event, /** @type {unknown[]} */ ...args) => {
      if (event === 'SIGINT' || event === 'SIGTERM') {
        const isRepeat = performance.now() - (lastSeen.get(event) ?? -Infinity) < repeatMs;
        if (isRepeat) return true;
        lastSeen.set(event, performance.now());
      }
      return Reflect.apply(emit, process, [event, ...args]);
    }
  );
}
