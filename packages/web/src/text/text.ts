import { computed, effect, signal } from '@preact/signals';
import { preferences } from '../state/preferences.js';
import { type Catalogue, en, type TextKey } from './en.js';

/** The languages there are, by their own names, and which way they are written. */
export const languages = {
  en: { name: 'English', direction: 'ltr', load: async (): Promise<Catalogue> => en },
  hi: { name: 'हिन्दी', direction: 'ltr', load: async (): Promise<Catalogue> => (await import('./hi.js')).hi },
} as const;

type Language = keyof typeof languages;

const isLanguage = (tag: string): tag is Language => tag in languages;

/** The language that was chosen, or the first of the browser's that there is. */
function pickLanguage(chosen: string): Language {
  if (isLanguage(chosen)) return chosen;
  const tags = (navigator.languages ?? [navigator.language]).map((tag) => tag.split('-')[0] ?? '');
  return tags.find(isLanguage) ?? 'en';
}

const catalogue = signal<Catalogue>(en);
/** The language of the texts on the screen; dates and numbers follow it. */
export const language = signal<Language>('en');
const wanted = computed(() => pickLanguage(preferences.value.language));

async function use(next: Language): Promise<void> {
  const texts = await languages[next].load();
  if (wanted.peek() !== next) return;
  catalogue.value = texts;
  language.value = next;
  document.documentElement.lang = next;
  document.documentElement.dir = languages[next].direction;
}

/** Loads the language of the person; later changes of the preference follow by themselves. */
export async function startCatalogue(): Promise<void> {
  // A language that cannot be fetched leaves English.
  await use(wanted.peek()).catch(() => undefined);
  effect(() => {
    use(wanted.value).catch(() => undefined);
  });
}

/** The text of a key in the person's language, with its values filled in. */
export function t(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  const text: Catalogue[TextKey] = catalogue.value[key];
  const form =
    typeof text === 'string' ? text : text[pluralOf(Number(values['count'])) === 'one' ? 'one' : 'other'];
  return form.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? '';
    return typeof value === 'number' ? new Intl.NumberFormat(language.value).format(value) : value;
  });
}

function pluralOf(count: number): Intl.LDMLPluralRule {
  return new Intl.PluralRules(language.value).select(count);
}
