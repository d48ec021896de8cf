import { Agent, type ClientRequest, request } from 'node:http';
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

/** Opens a request to a server of this machine; its body is still to be written. */
export function beginCall(call: {
  port: number;
  method: string;
  path: string;
  agent: Agent;
  token: string | undefined;
}): ClientRequest {
  const { token, ...address } = call;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return request({ host: '127.0.0.1', ...address, headers });
}

/** The body as JSON, announced in the request's head; undefined for none. */
export function encodeBody(call: ClientRequest, body: object | undefined): string | undefined {
  if (body === undefined) return undefined;
  const text = JSON.stringify(body);
  call.setHeader('content-type', 'application/json');
  call.setHeader('content-length', Buffer.byteLength(text));
  return text;
}

/** A client for the server at `port` of this machine; a call waits so many milliseconds unless it says otherwise. */
export function createRestClient(port: number, answerMs = ANSWER_MS): RestClient {
  let agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return {
    call(method, path, { token, body, withinMs = answerMs } = {}) {
      return new Promise((resolve) => {
        const call = beginCall({ port, method, path, agent, token });
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
        call.end(encodeBody(call, body));
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
