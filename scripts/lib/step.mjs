/**
 * Milliseconds as seconds for people, e.g. `1.2 s`.
 * @param {number} ms
 */
export const formatSeconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** A step of the scripts failed; its message and output are all a person needs, so no stack is shown. */
export class StepError extends Error {
  /**
   * @param {string} message
   * @param {string} [output] Everything the failed program printed.
   */
  constructor(message, output = '') {
    super(message);
    this.output = output;
  }
}

/**
 * Runs a quiet piece of work on one line of its own: its title, and the time it took or that it failed.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function showStep(title, work) {
  const start = performance.now();
  process.stdout.write(`${title} ... `);
  try {
    const result = await work();
    process.stdout.write(`${formatSeconds(performance.now() - start)}\n`);
    return result;
  } catch (error) {
    process.stdout.write('failed\n');
    throw error;
  }
}

/**
 * Runs a script's main function; a {@link StepError} prints its output and its sentence and exits with 1.
 * @param {() => Promise<void>} main
 */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    if (error.output) console.error(`\n${error.output.trim()}\n`);
    console.error(error.message);
    process.exit(1);
  }
}
