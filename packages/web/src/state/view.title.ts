import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

/** What is open, for the title of the window; empty when it is the list of chats. */
export const viewTitle = signal('');

/** Names the window after a view for as long as that is rendered. */
export function useViewTitle(title: string): void {
  useEffect(() => {
    viewTitle.value = title;
    return () => {
      viewTitle.value = '';
    };
  }, [title]);
}
