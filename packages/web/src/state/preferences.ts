import { effect, signal } from '@preact/signals';

/** What a person has chosen for this device. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  /** A language of the catalogue; empty for the browser's own. */
  language: string;
  /** Pictures from other sites tell those who run them who looks at them, so they are asked for only on demand. */
  showsForeignPictures: boolean;
}

const KEY = 'parley:preferences';
const defaults: Preferences = { theme: 'system', language: '', showsForeignPictures: false };

function read(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return defaults;
  }
}

/** The preferences; writing them keeps them. */
export const preferences = signal<Preferences>(read());

/** Changes some of them. */
export function prefer(changes: Partial<Preferences>): void {
  preferences.value = { ...preferences.peek(), ...changes };
}

effect(() => {
  const { theme } = preferences.value;
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.value));
  } catch {
    // Storage may be off or full: the choice then lasts as long as the page.
  }
});
