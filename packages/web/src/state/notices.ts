import { signal } from '@preact/signals';

/** A short remark at the edge of the screen. */
export interface Notice {
  text: string;
  action?: { label: string; run: () => void };
  /** Stays until it is answered; others go by themselves. */
  isLasting?: boolean;
}

/** Milliseconds: long enough to read two lines and reach for the button. */
const SHOWN_MS = 6_000;

/** The notice that is shown, if any. */
export const notice = signal<Notice | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows a notice in place of the one before. */
export function showNotice(next: Notice): void {
  clearTimeout(timer);
  notice.value = next;
  if (next.isLasting !== true) timer = setTimeout(hideNotice, SHOWN_MS);
}

/** Takes the notice away. */
export function hideNotice(): void {
  clearTimeout(timer);
  notice.value = null;
}
