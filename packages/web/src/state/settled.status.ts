import { effect, signal } from '@preact/signals';
import { client } from './client.js';

/** Milliseconds. A connection that is back within this time is nothing to speak of. */
const PATIENCE_MS = 1_200;

/** The status of the connection, without what lasts for a moment only and would flicker. */
export const settledStatus = signal(client.status.peek());

effect(() => {
  const status = client.status.value;
  const delay = status === 'online' || status === 'signed_out' || !navigator.onLine ? 0 : PATIENCE_MS;
  const timer = setTimeout(() => {
    settledStatus.value = status;
  }, delay);
  return () => clearTimeout(timer);
});
