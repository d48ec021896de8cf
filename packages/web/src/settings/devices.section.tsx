import type { Session } from '@parley/protocol';
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { client } from '../state/client.js';
import { showNotice } from '../state/notices.js';
import { describeError } from '../text/error.text.js';
import { t } from '../text/text.js';
import { formatMoment } from '../text/time.format.js';
import { Icon } from '../ui/icon.js';
import { Section } from './section.js';

/** The first that fits is the most particular: every browser claims to be the others as well. */
const browsers = [
  ['Edg/', 'Edge'],
  ['OPR/', 'Opera'],
  ['Firefox/', 'Firefox'],
  ['Chrome/', 'Chrome'],
  ['Safari/', 'Safari'],
] as const;
const systems = [
  ['Android', 'Android'],
  ['iPhone', 'iPhone'],
  ['iPad', 'iPad'],
  ['Windows', 'Windows'],
  ['Mac OS', 'macOS'],
  ['Linux', 'Linux'],
] as const;

/** What a person would call the device. */
function nameOf(agent: string): string {
  const browser = browsers.find(([mark]) => agent.includes(mark))?.[1];
  const system = systems.find(([mark]) => agent.includes(mark))?.[1];
  if (browser === undefined) return agent.slice(0, 60) || t('devices.unknown');
  return system === undefined ? browser : t('devices.on', { browser, system });
}

/** Where one is signed in. */
export function DevicesSection() {
  const devices = useSignal<readonly Session[] | null>(null);
  const hasFailed = useSignal(false);

  function load(): void {
    client.account
      .sessions()
      .then((sessions) => {
        hasFailed.value = false;
        devices.value = sessions.toSorted((a, b) => Number(b.current) - Number(a.current));
      })
      .catch(() => {
        hasFailed.value = true;
      });
  }
  useEffect(load, []);

  function end(id: string): void {
    client.account
      .revokeSession(id)
      .then(() => {
        devices.value = (devices.peek() ?? []).filter((device) => device.id !== id);
        showNotice({ text: t('devices.ended') });
      })
      .catch((error: unknown) => showNotice({ text: describeError(error) }));
  }

  return (
    <Section title={t('devices.title')}>
      <p class="settings-text">{t('devices.text')}</p>
      {hasFailed.value && (
        <p class="settings-text">
          {t('devices.failed')}{' '}
          <button type="button" class="text-button" onClick={load}>
            {t('action.retry')}
          </button>
        </p>
      )}
      <ul class="devices" aria-busy={devices.value === null}>
        {(devices.value ?? []).map((device) => (
          <li key={device.id} class="device">
            <Icon name="device" />
            <div class="device-text">
              <p class="device-name">{nameOf(device.agent)}</p>
              <p class="field-note">
                {device.current
                  ? t('devices.current')
                  : t('devices.used', { when: formatMoment(device.lastUsedAt) })}
                {device.address !== '' && ` · ${device.address}`}
              </p>
            </div>
            {!device.current && (
              <button
                type="button"
                class="button button-quiet"
                aria-label={t('devices.endOf', { device: nameOf(device.agent) })}
                onClick={() => end(device.id)}
              >
                {t('devices.end')}
              </button>
            )}
          </li>
        ))}
      </ul>
    </Section>
  );
}
