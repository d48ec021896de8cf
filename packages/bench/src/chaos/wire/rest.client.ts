import { Agent, request } from 'node:http';
import { ANSWER_MS, type Answer, noAnswer, refusalOf } from './answer.js';

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is judged by the checker
export type Body = any;

/** REST over kept-alive connections. */
export interface RestClient {
  /** Never throws. `ok` for every status below 400. */
  call(
    method: string,
    path: string,
    options?: { token?: string; body?: object; withinMs?: number },
  ): Promise<Answer<Body>>;
  /** Ends idle connections, so that the next call makes a new one. */
  close(): void;
}

/** A client for the server at `port` of this machine. */
export function createRestClient(port: number): RestClient {
  let agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    call(method, path, { token, body, withinMs = ANSWER_MS } = {}) {
      return new Promise((resolve) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const call = request({
          host: '127.0.0.1',
          port,
          method,
          path,
          agent,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(text !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
          },
        });
        const timer = setTimeout(() => {
          resolve(noAnswer('timeout'));
          call.destroy();
        }, withinMs);
        const end = (answer: Answer<Body>) => {
          clearTimeout(timer);
          resolve(answer);
        };
        call.on('error', (error: NodeJS.ErrnoException) => end(noAnswer(error.code ?? 'connection_lost')));
        call.on('response', (response) => {
          let answer = '';
          response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
          response.on('error', () => end(noAnswer('connection_lost')));
          response.on('aborted', () => end(noAnswer('connection_lost')));
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            const parsed = parse(answer);
            if (parsed === undefined) end(noAnswer('broken_answer'));
            else if (status < 400) end({ outcome: 'ok', value: parsed });
            else end(refusalOf({ ...(parsed as object), status }));
          });
        });
        call.end(text);
      });
    },
    close() {
      agent.destroy();
      agent = new Agent({ keepAlive: true, maxSockets: 64 });
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
