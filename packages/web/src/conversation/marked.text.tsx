/** Characters that an excerpt shows before the first hit. */
const LEAD = 24;

interface Piece {
  text: string;
  isHit: boolean;
  at: number;
}

/** Splits a text where words of the query begin a word of it. */
function split(text: string, query: string): Piece[] {
  const words = query
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (words.length === 0) return [{ text, isHit: false, at: 0 }];
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})`, 'giu'))) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), isHit: false, at: end });
    pieces.push({ text: match[0], isHit: true, at: match.index });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), isHit: false, at: end });
  return pieces;
}

/** A text with what was searched for marked; an excerpt begins shortly before it. */
export function Marked(props: { text: string; query: string; isExcerpt?: boolean }) {
  const pieces = split(props.text, props.query);
  const first = pieces.find(({ isHit }) => isHit)?.at ?? 0;
  const isCut = props.isExcerpt === true && first > LEAD;
  const from = isCut ? first - LEAD : 0;
  return (
    <>
      {isCut && '…'}
      {pieces.map(({ text, isHit, at }) =>
        isHit ? <mark key={at}>{text}</mark> : text.slice(Math.max(0, from - at)),
      )}
    </>
  );
}
