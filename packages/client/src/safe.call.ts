/**
 * Calls a listener of the application. What it throws is its own mistake: it surfaces as an uncaught error, like one of
 * any other event listener, and stops neither the other listeners nor the client.
 */
export function callSafely<T>(listener: (value: T) => void, value: T): void {
  try {
    listener(value);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
