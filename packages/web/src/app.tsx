import { useSignal } from '@preact/signals';
import { lazy, Suspense } from 'preact/compat';
import { useEffect } from 'preact/hooks';
import { WelcomeView } from './account/welcome.view.js';
import { Shell } from './shell/shell.js';
import { client } from './state/client.js';
import { showNotice } from './state/notices.js';
import { route } from './state/route.js';
import { t } from './text/text.js';
import { Brand } from './ui/brand.js';
import { NoticeBar } from './ui/notice.bar.js';

const SettingsView = lazy(() => import('./settings/settings.view.js'));

/** The whole app: who is not signed in is welcomed, everybody else sees their chats. */
export function App() {
  const isReady = useSignal(false);

  useEffect(() => {
    void client.ready
      .catch(() => undefined)
      .then(() => {
        isReady.value = true;
      });
    return client.on('signed_out', () => showNotice({ text: t('account.endedElsewhere'), isLasting: true }));
  }, []);

  return (
    <>
      <Screen isReady={isReady.value} />
      <NoticeBar />
    </>
  );
}

function Screen({ isReady }: { isReady: boolean }) {
  if (!isReady) return <Opening />;
  const me = client.account.me.value;
  // Between signing in and the first sight of one's chats the client is still opening them.
  if (me === null || client.status.value === 'signed_out') return <WelcomeView isOpening={me !== null} />;
  return (
    <Shell me={me}>
      {route.value.view === 'settings' && (
        <Suspense fallback={<div class="pane" />}>
          <SettingsView me={me} />
        </Suspense>
      )}
    </Shell>
  );
}

/** What is there for the blink in which the last state is read. */
function Opening() {
  return (
    <main class="opening" aria-busy="true">
      <Brand size={56} />
      <h1 class="visually-hidden">{t('app.opening')}</h1>
    </main>
  );
}
