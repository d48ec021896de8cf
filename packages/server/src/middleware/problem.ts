import { ParleyError, type ProblemBody } from '@parley/protocol';
import type { ErrorRequestHandler, Response } from 'express';
import { classifyFailure } from '../services/failure.classifier.js';

declare global {
  namespace Express {
    interface Locals {
      /** Shape and status of an error on routes of a dialect that has its own. */
      presentError?: (problem: ProblemBody) => { status: number; body: object };
    }
  }
}

/**
 * Answers every error as `application/problem+json` (RFC 9457), or in the shape of the route's dialect. What is not
 * of the catalogue becomes `internal`; what was thrown goes to the request's line in the log, and nowhere else.
 */
export function answerErrors(
  present: (error: unknown, instance?: string) => ProblemBody,
): ErrorRequestHandler {
  return (thrown: unknown, request, response, next) => {
    if (response.headersSent) {
      // Half an answer cannot be taken back; the cut connection says that it is not whole.
      response.locals.failure = thrown;
      next(thrown);
      return;
    }
    const error = toKnown(thrown);
    const problem = present(error, request.id);
    if (problem.code === 'internal') response.locals.failure = thrown;
    const presented = response.locals.presentError?.(problem);
    setHeaders(response, { ...problem, status: presented?.status ?? problem.status });
    if (presented === undefined) response.type('application/problem+json').send(JSON.stringify(problem));
    else response.json(presented.body);
  };
}

function setHeaders(response: Response, problem: ProblemBody): void {
  response.status(problem.status).setHeader('Cache-Control', 'no-store');
  if (problem.retryAfter !== undefined)
    response.setHeader('Retry-After', String(Math.ceil(problem.retryAfter)));
  // RFC 9110 section 15.5.2 asks for it on every 401, RFC 6750 section 3 for its form.
  if (problem.status === 401) response.setHeader('WWW-Authenticate', challengeFor(problem.code));
}

function challengeFor(code: string): string {
  const isTokenBad = code === 'invalid_token' || code === 'token_expired' || code === 'session_revoked';
  return isTokenBad ? 'Bearer realm="parley", error="invalid_token"' : 'Bearer realm="parley"';
}

function toKnown(thrown: unknown): unknown {
  if (thrown instanceof ParleyError || (thrown instanceof Error && thrown.name === 'ZodError')) return thrown;
  const { status } = thrown as { status?: unknown };
  // Express itself, of a path whose percent-encoding is broken.
  if (status === 400)
    return new ParleyError('invalid_request', { detail: 'The address of the request is not valid' });
  return classifyFailure(thrown);
}
