import { language, t } from './text.js';

const formats = new Map<string, Intl.DateTimeFormat>();

/** The person's own variety of the language: whoever reads English in Britain writes 14:30, in America 2:30 PM. */
function localeOf(tag: string): string {
  return navigator.languages.find((own) => own === tag || own.startsWith(`${tag}-`)) ?? tag;
}

/** Making a format costs more than using it a hundred times. */
function format(name: string, options: Intl.DateTimeFormatOptions, date: Date): string {
  const locale = localeOf(language.value);
  const key = `${locale}:${name}`;
  const made = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, made);
  return made.format(date);
}

/** Whole days from a date to now, by the calendar of the person. */
function daysAgo(date: Date): number {
  const today = new Date();
  today.setHours(0, 0, 0, 0);
  const day = new Date(date);
  day.setHours(0, 0, 0, 0);
  return Math.round((today.getTime() - day.getTime()) / 86_400_000);
}

/** The calendar day of a time, to tell days apart. */
export function dayOf(iso: string): string {
  const date = new Date(iso);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** `10:41`, as the language writes it. */
export function formatTime(iso: string): string {
  return format('time', { timeStyle: 'short' }, new Date(iso));
}

/** `Today`, `Yesterday`, `Monday`, `3 March`, `3 March 2024`. */
export function formatDay(iso: string): string {
  const date = new Date(iso);
  const days = daysAgo(date);
  if (days === 0) return t('time.today');
  if (days === 1) return t('time.yesterday');
  if (days > 1 && days < 7) return format('weekday', { weekday: 'long' }, date);
  if (date.getFullYear() === new Date().getFullYear())
    return format('day', { day: 'numeric', month: 'long' }, date);
  return formatDate(iso);
}

/** `3 March 2024`. */
export function formatDate(iso: string): string {
  return format('date', { day: 'numeric', month: 'long', year: 'numeric' }, new Date(iso));
}

/** As short as a list of chats needs it: a time today, a weekday this week, a date before. */
export function formatBrief(iso: string): string {
  const date = new Date(iso);
  if (date.getTime() === 0) return '';
  const days = daysAgo(date);
  if (days === 0) return formatTime(iso);
  if (days > 0 && days < 7) return format('brief-weekday', { weekday: 'short' }, date);
  return format('brief-date', { day: 'numeric', month: 'numeric', year: '2-digit' }, date);
}

/** A day and a time, for what happened once. */
export function formatMoment(iso: string): string {
  const date = new Date(iso);
  if (Math.abs(Date.now() - date.getTime()) < 60_000) return t('time.now');
  const days = daysAgo(date);
  if (days === 0) return formatTime(iso);
  return `${formatDay(iso)}, ${formatTime(iso)}`;
}

/** Both in full, for a tooltip. */
export function formatFull(iso: string): string {
  return format('full', { dateStyle: 'full', timeStyle: 'short' }, new Date(iso));
}
