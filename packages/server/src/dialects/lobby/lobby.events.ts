import { clientId, type LobbyMessage, lobbyFrame, ParleyError, type ProblemBody } from '@parley/protocol';

/** A frame with its text in one place. */
export interface LobbyInput {
  content: string;
  clientId?: string;
}

const schema = lobbyFrame.transform(
  (frame): LobbyInput => ({
    content: frame.text ?? frame.message ?? frame.content ?? '',
    ...(frame.clientId === undefined ? {} : { clientId: frame.clientId }),
  }),
);

/**
 * Reads a text frame. An object of JSON is a frame of the protocol; everything else is what somebody said, `42`,
 * `"hi"` and `[1,2]` too. What starts like an object with a key and is none was meant as one: telling a program of
 * its broken JSON is better than saying it aloud. Throws `malformed_frame`, or a ZodError with every issue.
 */
export function readLobbyFrame(frame: string): LobbyInput {
  const parsed = parseObject(frame);
  if (parsed !== undefined) return schema.parse(parsed);
  if (/^\s*\{\s*("|\}|$)/.test(frame))
    throw new ParleyError('malformed_frame', { detail: 'The frame is not valid JSON' });
  return schema.parse({ text: frame });
}

/** JSON that begins with a brace is an object, if it is JSON. */
function parseObject(frame: string): object | undefined {
  if (!/^\s*\{/.test(frame)) return undefined;
  try {
    return JSON.parse(frame) as object;
  } catch {
    return undefined;
  }
}

/** The frame that a connection gets first. */
export function presentLobbyHistory(messages: readonly LobbyMessage[]) {
  return { type: 'history' as const, messages };
}

/** The key that a frame came with, whatever else is wrong with it, so that its sender can tell which frame failed. */
export function findClientId(frame: string): string | undefined {
  const key = clientId.safeParse((parseObject(frame) as { clientId?: unknown } | undefined)?.clientId);
  return key.success ? key.data : undefined;
}

/** An error as a lobby frame. */
export function presentLobbyError({ code, message }: ProblemBody, failedClientId?: string) {
  return {
    type: 'error' as const,
    code,
    message,
    ...(failedClientId === undefined ? {} : { clientId: failedClientId }),
  };
}
