import { clientEvents, ParleyError } from '@parley/protocol';
import { describe, expect, it } from 'vitest';
import { presentProblem } from './problem.presenter.js';

function issuesOf(event: keyof typeof clientEvents, payload: unknown) {
  const { error } = clientEvents[event].payload.safeParse(payload);
  return presentProblem(error);
}

describe('the body of a problem', () => {
  it('carries code, status and the sentence three times', () => {
    const problem = presentProblem(
      new ParleyError('rate_limited', { detail: 'Wait a moment', retryAfterSeconds: 3 }),
      'request-1',
    );
    expect(problem).toEqual({
      type: '/api/docs#error-rate_limited',
      title: 'Too many requests',
      status: 429,
      code: 'rate_limited',
      detail: 'Wait a moment',
      message: 'Wait a moment',
      error: 'Wait a moment',
      instance: 'request-1',
      retryAfter: 3,
    });
  });

  it('says nothing of what is unknown', () => {
    const problem = presentProblem(new Error('password of the database is hunter2'));
    expect(problem.code).toBe('internal');
    expect(JSON.stringify(problem)).not.toContain('hunter2');
    expect(JSON.stringify(presentProblem(new ParleyError('internal', { detail: 'hunter2' })))).not.toContain(
      'hunter2',
    );
  });

  it('names every issue with its path', () => {
    const { code, issues, detail } = issuesOf('send_message', { to: 'x', content: 7 });
    expect(code).toBe('invalid_request');
    expect(issues).toEqual([
      { path: 'to', message: 'is not an id: 24 hexadecimal digits are needed' },
      { path: 'content', message: expect.stringContaining('expected string') },
    ]);
    expect(detail).toContain('to is not an id');
  });

  it('tells of the alternative that was meant', () => {
    expect(issuesOf('join_chat', { chatId: 'x' }).issues).toEqual([
      { path: 'chatId', message: 'is not an id: 24 hexadecimal digits are needed' },
    ]);
    expect(issuesOf('join_chat', 'x').issues).toEqual([
      { path: '', message: 'is not an id: 24 hexadecimal digits are needed' },
    ]);
    expect(issuesOf('join_chat', 7).issues).toHaveLength(1);
  });

  it('is bounded, however much is wrong', () => {
    const chats = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`${n}`.repeat(200), 'x']));
    const problem = issuesOf('sync', { chats });
    expect(problem.issues).toHaveLength(100);
    expect(JSON.stringify(problem).length).toBeLessThan(50_000);
  });
});
