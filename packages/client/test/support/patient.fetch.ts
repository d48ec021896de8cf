/** For clients that soon miss what is lost on their socket: over HTTP nothing is, and a call takes what it takes. */
export const patientFetch: typeof globalThis.fetch = (input, { signal: _, ...init } = {}) =>
  fetch(input, init);
