import { type LobbyMessage, lobbyFrame, ParleyError, type ProblemBody } from '@parley/protocol';

/** A frame with its text in one place. */
export interface LobbyInput {
  content: string;
  clientId?: string;
}

const schema = lobbyFrame.transform(
  ({ text, message, content, clientId }): LobbyInput => ({
    content: text ?? message ?? content ?? '',
    ...(clientId === undefined ? {} : { clientId }),
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

/** An error as a lobby frame. */
export function presentLobbyError({ code, message }: ProblemBody) {
  return { type: 'error' as const, code, message };
}
