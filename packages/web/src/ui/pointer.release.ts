let isPressed = false;

// On the way down, so that nobody who stops an event keeps it from here.
addEventListener('pointerdown', () => (isPressed = true), { capture: true });
for (const type of ['pointerup', 'pointercancel'] as const)
  addEventListener(type, () => (isPressed = false), { capture: true });

/**
 * Does something once no button or finger is down: at once, as a rule. Linux and macOS open a context menu on the press,
 * a phone in the middle of a long one, and a browser closes a popover that is there when the press ends outside of it.
 */
export function afterRelease(action: () => void): void {
  if (!isPressed) {
    action();
    return;
  }
  const controller = new AbortController();
  const release = () => {
    controller.abort();
    // The browser closes what is open after the event.
    setTimeout(action);
  };
  for (const type of ['pointerup', 'pointercancel'] as const)
    addEventListener(type, release, { signal: controller.signal });
}
