import type { HistoryRecord } from '../history.js';
import type { Body } from '../wire/rest.client.js';
import type { OwnMessage, SenderParts } from './sending.js';

type ChangeType = Extract<HistoryRecord, { type: 'edit' | 'delete' | 'hide' }>['type'];

/** Edits, deletes and hides messages of one's own; one whose outcome stays unknown is not touched again. */
export function createChanger({ device, rest, history, random }: Omit<SenderParts, 'mayGoOn'>) {
  const { person } = device;
  let edits = 0;

  function call(type: ChangeType, id: string, content: string) {
    const { socket } = device;
    if (socket?.isOpen() === true && random.chance(0.5)) {
      return type === 'edit'
        ? socket.call('edit_message', { messageId: id, content })
        : socket.call('delete_message', { messageId: id, for: type === 'hide' ? 'me' : 'everyone' });
    }
    const { token } = person;
    if (type === 'edit') return rest.call('PUT', `/api/messages/${id}`, { token, body: { content } });
    return rest.call('DELETE', `/api/messages/${id}?for=${type === 'hide' ? 'me' : 'everyone'}`, { token });
  }

  return {
    async change(type: ChangeType, message: OwnMessage): Promise<void> {
      if (message.isBusy) return;
      message.isBusy = true;
      edits += 1;
      const content = `edited ${person.name}-${edits}`;
      const start = history.now();
      const answer = await call(type, message.id, content);
      history.add({
        type,
        start,
        end: history.now(),
        user: person.id,
        chat: message.chat.id,
        transport: 'any',
        id: message.id,
        ...(type === 'edit' && { content }),
        outcome: answer.outcome,
        ...(answer.outcome === 'ok'
          ? { rev: (answer.value as Body).message.rev as number }
          : { code: answer.code }),
      });
      // Told to the other devices alone.
      if (answer.outcome === 'ok' && type === 'hide')
        device.takeOwn('deleted', { ...(answer.value as Body).message, for: 'me' });
      // After a delete or a hide there is nothing left to change; after a refusal it is as it was.
      if (answer.outcome === 'fail' || (answer.outcome === 'ok' && type === 'edit')) message.isBusy = false;
    },
  };
}
