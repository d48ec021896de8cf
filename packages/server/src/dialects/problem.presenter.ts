import { type ErrorIssue, errorCatalogue, ParleyError, type ProblemBody } from '@parley/protocol';
import { ZodError } from 'zod';
import { classifyFailure } from '../services/failure.classifier.js';

/** Issues that one answer carries at most: 2,000 bad entries of one sync are told by the first hundred. */
const ISSUES_MAX = 100;
/** Characters of a path: a record's keys are the client's own and may be of any length. */
const PATH_MAX_CHARACTERS = 120;
/** Issues that the sentence for people names; the list has them all. */
const ISSUES_IN_DETAIL = 3;

/**
 * The body of an error answer, the same over REST, as the `error` of a socket ack and in the `error` event.
 * A ParleyError keeps its code, a ZodError becomes `invalid_request` with every issue, and any other throw becomes
 * `internal` and says nothing of itself: its details belong in the log alone. `instance` is the request's id.
 */
export function presentProblem(error: unknown, instance?: string): ProblemBody {
  const known = toParleyError(error);
  const { status, title } = errorCatalogue[known.code];
  const detail = known.code === 'internal' ? title : known.message;
  return {
    type: `/api/docs#error-${known.code}`,
    title,
    status,
    code: known.code,
    detail,
    message: detail,
    error: detail,
    ...(instance === undefined ? {} : { instance }),
    ...(known.issues === undefined ? {} : { issues: known.issues }),
    ...(known.retryAfterSeconds === undefined ? {} : { retryAfter: known.retryAfterSeconds }),
  };
}

/** The error as one of the catalogue; `internal` with the original as its cause when it is of no known kind. */
export function toParleyError(error: unknown): ParleyError {
  if (error instanceof ParleyError) return error;
  if (error instanceof ZodError) return invalidRequest(listIssues(error));
  return classifyFailure(error);
}

/** `invalid_request` with these issues; the first of them make up its sentence. */
export function invalidRequest(issues: ErrorIssue[]): ParleyError {
  const named = issues.slice(0, ISSUES_IN_DETAIL).map(describeIssue);
  if (issues.length > ISSUES_IN_DETAIL) named.push(`${issues.length - ISSUES_IN_DETAIL} more`);
  return new ParleyError('invalid_request', {
    ...(named.length === 0 ? {} : { detail: named.join('; ') }),
    issues,
  });
}

/** Everything zod found, with dotted paths. */
export function listIssues(error: ZodError): ErrorIssue[] {
  const found: ErrorIssue[] = [];
  collectIssues(error.issues, [], found);
  return found;
}

type ZodIssue = ZodError['issues'][number];

function collectIssues(
  issues: readonly ZodIssue[],
  above: readonly PropertyKey[],
  found: ErrorIssue[],
): void {
  for (const issue of issues) {
    if (found.length >= ISSUES_MAX) return;
    const path = [...above, ...issue.path];
    const branch = issue.code === 'invalid_union' ? nearestBranch(issue.errors) : undefined;
    if (branch === undefined) found.push({ path: joinPath(path), message: issue.message });
    else collectIssues(branch, path, found);
  }
}

/** Of a union's alternatives the one that the input was meant for: it fails inside, not at its very type. */
function nearestBranch(branches: readonly (readonly ZodIssue[])[]): readonly ZodIssue[] | undefined {
  return branches.find((issues) =>
    issues.some((issue) => issue.path.length > 0 || issue.code !== 'invalid_type'),
  );
}

function joinPath(path: readonly PropertyKey[]): string {
  const joined = path.map(String).join('.');
  return joined.length > PATH_MAX_CHARACTERS ? `${joined.slice(0, PATH_MAX_CHARACTERS)}…` : joined;
}

/** Our own messages go on from the field's name ("content is empty"); zod's are sentences of their own. */
function describeIssue({ path, message }: ErrorIssue): string {
  if (path === '') return message;
  return /^\p{Ll}/u.test(message) ? `${path} ${message}` : `${path}: ${message}`;
}
