import { Agent } from 'node:http';
import { beginCall, encodeBody } from '../../chaos/wire/rest.client.js';

/** What came of a call. */
export interface HttpAnswer {
  status: number;
  text: string;
  milliseconds: number;
}

/** Calls over kept-alive connections, as many at once as are asked for. */
export interface HttpCaller {
  /** Rejects when there is no answer. */
  call(method: string, path: string, options?: { token?: string; body?: object }): Promise<HttpAnswer>;
  close(): void;
}

/** A caller of the server at `port` of this machine. */
export function createHttpCaller(port: number): HttpCaller {
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  return {
    call(method, path, { token, body } = {}) {
      const start = performance.now();
      return new Promise((resolve, reject) => {
        const call = beginCall({ port, method, path, agent, token });
        call.on('error', reject);
        call.on('response', (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const milliseconds = performance.now() - start;
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString(),
              milliseconds,
            });
          });
        });
        call.end(encodeBody(call, body));
      });
    },
    close: () => agent.destroy(),
  };
}
