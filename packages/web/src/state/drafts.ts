import { myId } from './client.js';

const PREFIX = 'parley:draft:';
const keyOf = (chatKey: string) => `${PREFIX}${myId()}:${chatKey}`;

/** What was typed into a chat and not sent. */
export function readDraft(chatKey: string): string {
  try {
    return localStorage.getItem(keyOf(chatKey)) ?? '';
  } catch {
    return '';
  }
}

/** Keeps what was typed; an empty text forgets it. */
export function writeDraft(chatKey: string, text: string): void {
  try {
    if (text.trim() === '') localStorage.removeItem(keyOf(chatKey));
    else localStorage.setItem(keyOf(chatKey), text);
  } catch {
    // Storage may be off or full: the text is still in the composer.
  }
}

/** Forgets all drafts: the person signs out, maybe on a machine of somebody else. */
export function forgetDrafts(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // As above.
  }
}
