import { existsSync, readFileSync } from 'node:fs';

/**
 * @typedef {object} TestCounts
 * @property {number} passed
 * @property {number} failed Tests that failed, files that could not be run, and errors outside of any test.
 * @property {number} skipped Skipped and todo.
 * @property {string} [note] What a person should know besides the numbers.
 */

/**
 * Counts what Vitest wrote with its JSON reporter. A file that failed to load has no failed test in it and
 * counts as one failure; so does an exit code that no test explains (an unhandled error, a crash, a signal).
 * @param {string} resultFile
 * @param {number} exitCode Vitest's own.
 * @returns {TestCounts}
 */
export function readCounts(resultFile, exitCode) {
  if (!existsSync(resultFile)) {
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      note: `Vitest ended with code ${exitCode} and without results.`,
    };
  }
  /** @type {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} */
  const { testResults } = JSON.parse(readFileSync(resultFile, 'utf8'));
  const statuses = testResults.flatMap((file) => file.assertionResults.map((test) => test.status));
  const passed = statuses.filter((status) => status === 'passed').length;
  const skipped = statuses.filter((status) => status === 'skipped' || status === 'todo').length;
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  // Also "pending": a test that began and never ended, because its process died.
  const failed = statuses.length - passed - skipped + brokenFiles;

  if (exitCode !== 0 && failed === 0) {
    return statuses.length === 0
      ? { passed, failed, skipped, note: 'No test ran.' }
      : {
          passed,
          failed: 1,
          skipped,
          note: `Vitest ended with code ${exitCode}: an error outside of any test.`,
        };
  }
  return { passed, failed, skipped };
}

/** @param {TestCounts} counts */
export const formatCounts = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
