// C1 controls steer terminals as ESC does, the others reorder or break lines; JSON leaves all of them as they are.
const UNSAFE_IN_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
// In the pretty output a parsed `\u001b` would reach the terminal as the character itself.
const ESCAPED_CONTROL = /(?<!\\)((?:\\\\)*)\\(u00[01][0-9a-f]|u007f|u00[89][0-9a-f]|b|f|r)/g;

/** A line of JSON in which no character can steer a terminal: each stands as its escape. */
export function escapeControls(line: string): string {
  return line.replace(
    UNSAFE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The same line for a printer that parses it first: escapes of control characters are shown as they are written. */
export function showControls(line: string): string {
  return line.replace(ESCAPED_CONTROL, (_, slashes: string, name: string) => `${slashes}\\\\${name}`);
}
