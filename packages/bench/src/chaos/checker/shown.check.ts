import type { HistoryRecord, Sight } from '../history.js';
import type { StoredEntry } from '../stored.entry.js';
import { answersOf, type Evidence, recordsOf, type Violation } from './verdict.js';

/** What anybody was shown, live, in a page or by sync, is in the log for ever, under the revision that it had. */
export function checkShown({ records, final }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const byRev = new Map<string, StoredEntry>();
  const ids = new Set<string>();
  for (const entry of final.entries) {
    byRev.set(`${entry.chat} ${entry.rev}`, entry);
    ids.add(entry.id);
  }
  /** The raw lobby knows no revisions. */
  const isThere = (chat: string, id: string, rev: number | undefined) => {
    if (rev === undefined || rev === 0) return ids.has(id);
    const entry = byRev.get(`${chat} ${rev}`);
    return entry !== undefined && (entry.id === id || entry.target === id);
  };
  const miss = (user: string, how: string, { id, seq, rev }: Sight, record: HistoryRecord) => {
    const what = `${user} was shown seq ${seq} (${id}) at rev ${rev} ${how}, which is not in the log`;
    violations.push({ promise: 'lost', what, records: [record] });
  };

  for (const record of recordsOf(records, 'seen')) {
    const { user, chat, id, seq = 0, rev } = record;
    if (id !== undefined && !isThere(chat, id, rev)) miss(user, 'live', { id, seq, rev: rev ?? 0 }, record);
  }
  for (const page of answersOf(records, 'page')) {
    for (const message of page.messages)
      if (!isThere(page.chat, message.id, message.rev))
        miss(page.user, 'in a page', message, { ...page, messages: [message] });
  }
  for (const sync of answersOf(records, 'sync')) {
    for (const part of sync.chats)
      for (const message of part.messages)
        if (!isThere(part.chat, message.id, message.rev))
          miss(sync.user, 'by sync', message, { ...sync, chats: [{ ...part, messages: [message] }] });
  }
  return violations;
}
