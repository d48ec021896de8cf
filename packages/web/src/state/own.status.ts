import type { PresenceStatus } from '@parley/protocol';
import { effect, signal } from '@preact/signals';
import { client } from './client.js';

/** What the person shows to others as long as they are connected; the server tells it to everybody but them. */
export const ownStatus = signal<PresenceStatus>('online');

/** Shows it to the others, too. */
export async function chooseStatus(status: PresenceStatus): Promise<void> {
  await client.presence.set(status);
  ownStatus.value = status;
}

// A choice ends with the connection.
effect(() => {
  const status = client.status.value;
  if (status === 'offline' || status === 'signed_out') ownStatus.value = 'online';
});
