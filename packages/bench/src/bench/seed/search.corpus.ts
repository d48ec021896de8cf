import { createRandom } from '../../chaos/random.js';

/** A word that a third of the first twentieth of all messages has, and no later one. */
const FORMER_WORD = 'zeppelin';

/** Words that there are. */
const VOCABULARY = 50_000;
const HAN = 3_000;

/** Ranks from 0, distributed as words of a language are (Zipf-Mandelbrot). */
function makeRanks(count: number, exponent: number, random: () => number): () => number {
  const sums = new Float64Array(count);
  let total = 0;
  for (let rank = 0; rank < count; rank += 1) {
    total += (rank + 2.7) ** -exponent;
    sums[rank] = total;
  }
  return () => {
    const wanted = random() * total;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

const ONSETS = 't a s h w i o b m f c l d p n e g r y u v k th st pr co re in de un ch tr'.split(' ');
const NUCLEI = 'e a o i u ea ou io'.split(' ');
const CODAS = ['', 'n', 'r', 's', 't', 'l', 'd', 'ng', 'ck', 'm'];

/** Made-up words, the most frequent first and short, with beginnings as uneven as those of English. */
function makeVocabulary(random: () => number): string[] {
  const pick = (from: string[]) => from[Math.floor(random() * random() * from.length)] ?? '';
  const words = new Set<string>();
  while (words.size < VOCABULARY) {
    const syllables = 1 + Math.floor(Math.log(1 + words.size) / 4 + random() * 2);
    let word = '';
    for (let n = 0; n < syllables; n += 1) word += pick(ONSETS) + pick(NUCLEI) + pick(CODAS);
    words.add(word);
  }
  return [...words];
}

/** Texts and queries, always the same for the same seed: texts (one in twenty Chinese, the others of ten words on average) and words to search for. */
export function makeCorpus(seed: number) {
  const random = createRandom(seed).next;
  const words = makeVocabulary(createRandom(7).next);
  const rankOfWord = makeRanks(VOCABULARY, 1.07, random);
  const rankOfHan = makeRanks(HAN, 1, random);
  const han = (rank: number) => String.fromCodePoint(0x4e00 + rank * 5);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const below = (max: number) => Math.floor(random() * max);
  const wordOf = (from: number, to: number) => words[from + below(to - from)] ?? '';

  return {
    random,
    below,
    /** The text of a message; `part` is its place among all of them, from 0 to 1. */
    text(part: number): string {
      if (random() < 0.05) return Array.from({ length: 4 + below(20) }, () => han(rankOfHan())).join('');
      const count = Math.max(1, Math.round(Math.exp(2 + 0.7 * normal())));
      const chosen = Array.from({ length: count }, () => words[rankOfWord()] ?? '');
      if (part < 0.05 && random() < 0.33) chosen.push(FORMER_WORD);
      if (random() < 0.02) chosen.push('👍');
      return `${chosen.join(' ')}.`;
    },
    /** Queries by what they are like. */
    queries: {
      'rare word': () => wordOf(20_000, VOCABULARY),
      'middling word': () => wordOf(500, 5_000),
      'frequent word': () => wordOf(0, 50),
      'prefix of 2 letters': () => wordOf(0, 2_000).slice(0, 2),
      'prefix of 3 letters': () => wordOf(0, 5_000).slice(0, 3),
      'two frequent words': () => `${wordOf(0, 50)} ${wordOf(50, 200)}`,
      'frequent and rare word': () => `${wordOf(0, 50)} ${wordOf(20_000, VOCABULARY)}`,
      'two Chinese characters': () => han(below(30)) + han(below(30)),
      'one Chinese character': () => han(below(1_000)),
      'word of former times': () => FORMER_WORD,
    },
  };
}
