import { client } from '../state/client.js';
import { personOf } from '../state/people.js';
import { t } from '../text/text.js';

/** Who types, in a place that is always there. */
export function TypingLine({ chatId }: { chatId: string }) {
  const [first, second, ...more] = client.typing.in(chatId).value;
  const nameOf = (id: string) => personOf(id)?.name ?? t('user.unknown');
  return (
    <p class="typing" role="status">
      {first !== undefined && (
        <>
          <span class="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span dir="auto">
            {more.length > 0
              ? t('chat.typingMany')
              : second === undefined
                ? t('chat.typing', { name: nameOf(first) })
                : t('chat.typingTwo', { name: nameOf(first), other: nameOf(second) })}
          </span>
        </>
      )}
    </p>
  );
}
