import { showNotice } from '../state/notices.js';
import { t } from '../text/text.js';

/** Registers the service worker, and offers a new version once it is there: nobody is thrown out of a sentence. */
export function watchVersions(): void {
  const { serviceWorker } = navigator;
  // Absent over plain HTTP to another machine: the app works, without opening offline.
  if (serviceWorker === undefined || import.meta.env.MODE === 'development') return;
  const isUpdate = serviceWorker.controller !== null;
  serviceWorker
    .register('/sw.js')
    .then((registration) => {
      const offer = () => {
        const { waiting } = registration;
        if (waiting === null || !isUpdate) return;
        showNotice({
          text: t('version.ready'),
          action: { label: t('version.reload'), run: () => waiting.postMessage('take-over') },
          isLasting: true,
        });
      };
      offer();
      registration.addEventListener('updatefound', () => {
        registration.installing?.addEventListener('statechange', offer);
      });
    })
    .catch(() => undefined);
  serviceWorker.addEventListener('controllerchange', () => {
    if (isUpdate) location.reload();
  });
}
