import { memo } from 'preact/compat';

/** A part of a message: plain, or a link. */
export interface Part {
  text: string;
  href?: string;
  at: number;
}

/** What closes a sentence rather than an address. */
const TRAILING = /[.,;:!?'"»”’…]+$/;

const count = (text: string, character: string) => text.split(character).length - 1;

/** Cuts off what is not part of the address: punctuation, and brackets that were opened before it. */
function trimAddress(found: string): string {
  let address = found.replace(TRAILING, '');
  while (address.endsWith(')') && count(address, ')') > count(address, '(')) {
    address = address.slice(0, -1).replace(TRAILING, '');
  }
  return address;
}

/** Finds the addresses in a text. Only http and https become links; whatever else it says stays text. */
export function findLinks(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>]+/gi)) {
    const address = trimAddress(match[0]);
    if (!URL.canParse(address)) continue;
    const url = new URL(address);
    // An address with a name before the host is there to look like another one.
    if (!/^https?:$/.test(url.protocol) || url.username !== '') continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), at: end });
    parts.push({ text: address, href: url.href, at: match.index });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), at: end });
  return parts;
}

/** The text of a message. It is only ever text: nothing in it becomes markup but links to http(s) addresses. */
export const RichText = memo(({ text }: { text: string }) => (
  <>
    {findLinks(text).map(({ text: shown, href, at }) =>
      href === undefined ? (
        shown
      ) : (
        <a key={at} href={href} target="_blank" rel="noopener noreferrer nofollow ugc" dir="ltr">
          {shown}
        </a>
      ),
    )}
  </>
));

const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|\uFE0F|\u200D)*\s*){1,4}$/u;

/** Whether a text is a few emoji and nothing else; those are shown large. */
export function isOnlyEmoji(text: string): boolean {
  return text.length <= 24 && ONLY_EMOJI.test(text);
}
