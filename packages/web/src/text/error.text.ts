import { ParleyClientError } from '@parley/client';
import { en, type TextKey } from './en.js';
import { t } from './text.js';

const isKey = (key: string): key is TextKey => key in en;

/** One sentence for a person about what went wrong, in their language; the server's own are in English. */
export function describeError(error: unknown): string {
  return describeCode(error instanceof ParleyClientError ? error.code : 'unknown');
}

/** The same, of a code. */
export function describeCode(code: string): string {
  const key = `error.${code}`;
  return t(isKey(key) ? key : 'error.unknown');
}

/** What is wrong with which field, by the names of the server's issues. */
export function describeIssues(error: unknown): Record<string, string> {
  if (!(error instanceof ParleyClientError)) return {};
  const entries = error.issues.map(({ path }) => {
    const key = `field.${path === 'newPassword' ? 'password' : path}`;
    return [path, t(isKey(key) ? key : 'error.invalid_request')] as const;
  });
  if (error.code === 'username_taken') entries.push(['username', t('error.username_taken')]);
  if (error.code === 'email_taken') entries.push(['email', t('error.email_taken')]);
  if (error.code === 'wrong_password') entries.push(['currentPassword', t('error.wrong_password')]);
  return Object.fromEntries(entries);
}
