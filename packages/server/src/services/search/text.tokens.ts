import { foldText } from './text.fold.js';

/** UTF-16 code units of a token; of a longer word the beginning is indexed, and the whole compared afterwards. */
const TOKEN_MAX = 32;

/** Distinct tokens of one message: a text of 10,000 characters has about 900 words; what comes later is not found. */
export const TOKENS_MAX = 1_000;

/**
 * Words, and pictures (emoji without their variants; flags are two letters of their own kind). Intl.Segmenter was
 * seven times as slow, 14 µs for a message of ten words against 2, and finds no prefixes in unspaced scripts.
 */
const PIECE = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*|\p{Extended_Pictographic}|\p{Regional_Indicator}{2}/gu;

/** Scripts that are written without spaces between words: there a word may begin anywhere. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
const HAS_UNSPACED = new RegExp(UNSPACED.source, 'u');
const IS_WORD = /^[\p{L}\p{N}]/u;

/** What a text is made of, folded, in order and with repetitions. */
export interface TextPieces {
  /** Words of scripts with spaces. */
  words: string[];
  /** Stretches of scripts without spaces. */
  runs: string[];
  /** Emoji. */
  signs: string[];
}

/** Takes a text to pieces. */
export function splitText(text: string): TextPieces {
  const pieces: TextPieces = { words: [], runs: [], signs: [] };
  for (const piece of foldText(text).match(PIECE) ?? []) {
    if (!IS_WORD.test(piece)) pieces.signs.push(piece);
    else if (!HAS_UNSPACED.test(piece)) pieces.words.push(piece);
    else splitMixed(piece, pieces);
  }
  return pieces;
}

/** A piece such as 東京2024年 is runs and words in turn. */
function splitMixed(piece: string, { words, runs }: TextPieces): void {
  let end = 0;
  for (const { 0: run, index } of piece.matchAll(UNSPACED)) {
    if (index > end) words.push(piece.slice(end, index));
    runs.push(run);
    end = index + run.length;
  }
  if (end < piece.length) words.push(piece.slice(end));
}

/**
 * What a message is found by: its words; of a run every two neighbouring characters, and its last one alone, so that
 * each character begins a token; its emoji.
 */
export function tokenize(text: string): string[] {
  const { words, runs, signs } = splitText(text);
  const tokens = new Set<string>(signs);
  for (const word of words) tokens.add(clipToken(word));
  for (const run of runs) {
    for (const pair of pairsOf(run)) tokens.add(pair);
    tokens.add(lastOf(run));
  }
  return tokens.size > TOKENS_MAX ? [...tokens].slice(0, TOKENS_MAX) : [...tokens];
}

/** Every two neighbouring characters of a run; none of a single one. */
export function pairsOf(run: string): string[] {
  const characters = [...run];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}

function lastOf(run: string): string {
  return [...run.slice(-2)].at(-1) ?? '';
}

/** The part of a word that is indexed; never half a character. */
export function clipToken(word: string): string {
  if (word.length <= TOKEN_MAX) return word;
  const clipped = word.slice(0, TOKEN_MAX);
  return /[\ud800-\udbff]$/.test(clipped) ? clipped.slice(0, -1) : clipped;
}
