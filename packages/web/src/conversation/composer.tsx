import type { ChatTarget, LocalMessage } from '@parley/client';
import type { limits } from '@parley/protocol';
import { useSignal } from '@preact/signals';
import type { TargetedKeyboardEvent } from 'preact';
import { lazy, Suspense } from 'preact/compat';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { client } from '../state/client.js';
import { readDraft, writeDraft } from '../state/drafts.js';
import { keyOfTarget } from '../state/route.js';
import { t } from '../text/text.js';
import { IconButton } from '../ui/icon.button.js';
import { isTouch } from '../ui/touch.js';

const EmojiPicker = lazy(() => import('./emoji.picker.js'));

/** The protocol's limit; its table would bring zod into the bundle, its type makes a difference an error of the build. */
const MAX: (typeof limits)['messageContentMaxCharacters'] = 10_000;
const growsByItself = CSS.supports('field-sizing', 'content');

/** Characters above the limit, as the server counts them: an emoji is one, whatever JavaScript makes of it. */
function countExcess(text: string): number {
  return text.length <= MAX ? 0 : [...text].length - MAX;
}

interface ComposerProps {
  target: ChatTarget;
  title: string;
  /** A message that is being changed instead of a new one. */
  editing: LocalMessage | null;
  onSent: () => void;
  onEdited: (message: LocalMessage, content: string) => void;
  onCancelEdit: () => void;
  /** The person wants to change their last message. */
  onEditLast: () => void;
}

/** Where one writes. What is not sent is kept as a draft. */
export function Composer(props: ComposerProps) {
  const { target, title, editing, onSent, onEdited, onCancelEdit, onEditLast } = props;
  const key = keyOfTarget(target);
  const text = useSignal(readDraft(key));
  const isPicking = useSignal(false);
  const input = useRef<HTMLTextAreaElement>(null);
  const excess = countExcess(text.value.trim());
  const canSend = text.value.trim() !== '' && excess <= 0;

  useEffect(() => {
    if (!isTouch) input.current?.focus({ preventScroll: true });
    return () => client.status.peek() !== 'signed_out' && client.typing.stop(target);
  }, []);

  // Before the next key can come: later it would take away what was typed since.
  useLayoutEffect(() => {
    text.value = editing?.content ?? readDraft(key);
    if (editing !== null) input.current?.focus();
  }, [editing]);

  useLayoutEffect(() => {
    const element = input.current;
    if (element === null || growsByItself) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text.value]);

  function change(next: string): void {
    text.value = next;
    if (editing !== null) return;
    writeDraft(key, next);
    if (next.trim() === '') client.typing.stop(target);
    else client.typing.press(target);
  }

  function submit(): void {
    const content = text.peek().trim();
    if (!canSend) return;
    if (editing !== null) {
      onEdited(editing, content);
      return;
    }
    client.messages.send({ ...target, content });
    client.typing.stop(target);
    text.value = '';
    writeDraft(key, '');
    onSent();
  }

  function insert(emoji: string): void {
    const element = input.current;
    const from = element?.selectionStart ?? text.peek().length;
    const to = element?.selectionEnd ?? from;
    change(text.peek().slice(0, from) + emoji + text.peek().slice(to));
    element?.focus();
    requestAnimationFrame(() => element?.setSelectionRange(from + emoji.length, from + emoji.length));
  }

  function onKeyDown(event: TargetedKeyboardEvent<HTMLTextAreaElement>): void {
    // A key that finishes a word of an input method is not a key of ours.
    if (event.isComposing) return;
    // On a keyboard of glass the key that would send is the only one that makes a new line.
    if (event.key === 'Enter' && !event.shiftKey && !isTouch) {
      event.preventDefault();
      submit();
    } else if (event.key === 'ArrowUp' && text.peek() === '') {
      event.preventDefault();
      onEditLast();
    } else if (event.key === 'Escape' && editing !== null) {
      event.preventDefault();
      onCancelEdit();
    }
  }

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {editing !== null && (
        <div class="composer-bar">
          <span>{t('composer.editing')}</span>
          <IconButton icon="close" label={t('composer.cancelEdit')} onClick={onCancelEdit} />
        </div>
      )}
      <div class="composer-box">
        <IconButton
          icon="emoji"
          label={t('composer.emoji')}
          aria-expanded={isPicking.value}
          onClick={() => {
            isPicking.value = !isPicking.peek();
          }}
        />
        <textarea
          ref={input}
          class="composer-input"
          rows={1}
          dir="auto"
          value={text.value}
          enterkeyhint={isTouch ? 'enter' : 'send'}
          placeholder={t('composer.label', { name: title })}
          aria-label={t('composer.label', { name: title })}
          aria-describedby={excess > 0 ? 'composer-note' : undefined}
          aria-invalid={excess > 0}
          onInput={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <button
          type="submit"
          class="icon-button composer-send"
          aria-label={t(editing === null ? 'composer.send' : 'composer.save')}
          title={t(editing === null ? 'composer.send' : 'composer.save')}
          aria-disabled={!canSend}
        >
          <SendSign isSaving={editing !== null} />
        </button>
      </div>
      {excess > 0 && (
        <p class="composer-note" id="composer-note" role="alert">
          {t('composer.tooLong', { count: excess })}
        </p>
      )}
      {isPicking.value && (
        <Suspense fallback={null}>
          <EmojiPicker
            onPick={insert}
            onClose={() => {
              isPicking.value = false;
              input.current?.focus();
            }}
          />
        </Suspense>
      )}
    </form>
  );
}

function SendSign({ isSaving }: { isSaving: boolean }) {
  return (
    <svg class="icon icon-mirrored" width="20" height="20" viewBox="0 0 24 24" aria-hidden="true">
      {isSaving ? (
        <path
          d="M5 12.5 9.500 17 19 7.500"
          fill="none"
          stroke="currentColor"
          stroke-width="2.200"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      ) : (
        <path
          d="M3.200 4.600 5.600 11l8.400 1-8.400 1-2.400 6.400c-.3.8.4 1.500 1.200 1.100l16.100-7.700c.8-.4.8-1.300 0-1.700L4.400 3.500c-.8-.4-1.500.3-1.200 1.100Z"
          fill="currentColor"
        />
      )}
    </svg>
  );
}
