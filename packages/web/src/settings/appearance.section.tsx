import { prefer, preferences } from '../state/preferences.js';
import { languages, t } from '../text/text.js';
import { Section } from './section.js';

const themes = ['system', 'light', 'dark'] as const;

/** How the app looks and speaks on this device. */
export function AppearanceSection() {
  const { theme, language, showsForeignPictures } = preferences.value;
  return (
    <Section title={t('appearance.title')}>
      <fieldset class="choice">
        <legend class="field-label">{t('appearance.theme')}</legend>
        {themes.map((each) => (
          <label key={each} class="choice-item">
            <input
              type="radio"
              name="theme"
              checked={theme === each}
              onChange={() => prefer({ theme: each })}
            />
            <span>{t(`appearance.${each}`)}</span>
          </label>
        ))}
      </fieldset>
      <label class="field">
        <span class="field-label">{t('appearance.language')}</span>
        <select
          class="select"
          value={language}
          onChange={(event) => prefer({ language: event.currentTarget.value })}
        >
          <option value="">{t('appearance.automatic')}</option>
          {Object.entries(languages).map(([tag, { name }]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="switch">
        <input
          type="checkbox"
          checked={showsForeignPictures}
          onChange={(event) => prefer({ showsForeignPictures: event.currentTarget.checked })}
        />
        <span>
          {t('appearance.pictures')}
          <span class="field-note">{t('appearance.picturesHint')}</span>
        </span>
      </label>
    </Section>
  );
}
