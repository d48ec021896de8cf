import { batch, type Signal, useSignal } from '@preact/signals';
import type { TargetedSubmitEvent } from 'preact';
import { describeError, describeIssues } from '../text/error.text.js';

/** A form on its way to the server. */
export interface Submission {
  readonly isBusy: Signal<boolean>;
  /** About the whole form; empty when all is well. */
  readonly failure: Signal<string>;
  /** What is wrong with which field. */
  readonly issues: Signal<Record<string, string>>;
  /** For `onSubmit`: runs the task with the fields of the form, one at a time. */
  submit(event: TargetedSubmitEvent<HTMLFormElement>): void;
}

/** Sends a form by the task, and shows what the server has against it. `check` may refuse before that. */
export function useSubmission(
  task: (fields: Record<string, string>, form: HTMLFormElement) => Promise<void>,
  check: (fields: Record<string, string>) => Record<string, string> = () => ({}),
): Submission {
  const isBusy = useSignal(false);
  const failure = useSignal('');
  const issues = useSignal<Record<string, string>>({});

  function point(form: HTMLFormElement): void {
    const [first] = Object.keys(issues.peek());
    const input = first === undefined ? null : form.elements.namedItem(first);
    if (input instanceof HTMLElement) input.focus();
  }

  async function run(form: HTMLFormElement): Promise<void> {
    const fields = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
    const wrong = check(fields);
    batch(() => {
      failure.value = '';
      issues.value = wrong;
    });
    if (Object.keys(wrong).length > 0) return point(form);
    isBusy.value = true;
    try {
      await task(fields, form);
    } catch (error) {
      batch(() => {
        issues.value = describeIssues(error);
        failure.value = Object.keys(issues.value).length > 0 ? '' : describeError(error);
      });
      point(form);
    } finally {
      isBusy.value = false;
    }
  }

  return {
    isBusy,
    failure,
    issues,
    submit(event) {
      event.preventDefault();
      if (!isBusy.peek()) void run(event.currentTarget);
    },
  };
}
