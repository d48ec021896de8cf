import { createChatClient, type SignalFactory } from '@parley/client';
import { signal } from '@preact/signals';

/** The one client of the page. Its tokens are in HttpOnly cookies, out of reach for any script. */
export const client = createChatClient({ session: 'cookies', signal: signal as SignalFactory });

/** The signed-in user's id; only to be asked for where somebody is signed in. */
export function myId(): string {
  return client.account.me.peek()?.id ?? '';
}
