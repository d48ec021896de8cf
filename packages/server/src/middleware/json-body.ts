import { isUtf8 } from 'node:buffer';
import { limits, ParleyError } from '@parley/protocol';
import express, { type RequestHandler } from 'express';

const JSON_TYPES = ['application/json', 'application/*+json'];

class NotUtf8 extends Error {}

/**
 * Reads a JSON body of at most `bodyMaxBytes`. Throws `unsupported_media_type` for a body of another kind,
 * `malformed_json` for one that is not JSON in UTF-8, `payload_too_large`. No body is no error here.
 */
export function readJsonBody(): RequestHandler {
  const parse = express.json({
    type: JSON_TYPES,
    limit: limits.bodyMaxBytes,
    // A bare string or number is JSON; the schema says what is wrong with it.
    strict: false,
    verify(_request, _response, body) {
      // The parser would replace what is not UTF-8, and store what nobody sent.
      if (!isUtf8(body)) throw new NotUtf8();
    },
  });
  return (request, response, next) => {
    if (!hasBody(request.headers)) {
      next();
      return;
    }
    // RFC 8259 section 8.1: JSON between systems is UTF-8. The parser would also take the other UTFs.
    const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(request.get('Content-Type') ?? '')?.[1] ?? 'utf-8';
    if (!request.is(JSON_TYPES) || !/^utf-?8$/i.test(charset)) {
      throw new ParleyError('unsupported_media_type', {
        detail: 'The body must be JSON in UTF-8, with Content-Type: application/json',
      });
    }
    parse(request, response, (error?: unknown) => {
      if (error === undefined) next();
      else next(toBodyError(error));
    });
  };
}

function hasBody(headers: {
  'content-length'?: string | undefined;
  'transfer-encoding'?: string | undefined;
}): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  return headers['content-length'] !== undefined && headers['content-length'] !== '0';
}

/** The parser's errors (body-parser, README, "Errors") in terms of the catalogue. */
function toBodyError(error: unknown): unknown {
  const { type, status } = error as { type?: string; status?: number };
  if (type === 'entity.too.large') {
    return new ParleyError('payload_too_large', {
      detail: `The body has more than ${limits.bodyMaxBytes} bytes`,
    });
  }
  if (type === 'encoding.unsupported' || type === 'charset.unsupported')
    return new ParleyError('unsupported_media_type');
  if (type === 'entity.verify.failed')
    return new ParleyError('malformed_json', { detail: 'The body is not UTF-8' });
  return status !== undefined && status < 500 ? new ParleyError('malformed_json') : error;
}
