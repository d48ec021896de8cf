import { describe, expect, it } from 'vitest';
import { clipToken, splitText, TOKENS_MAX, tokenize } from './text.tokens.js';

describe('tokenize', () => {
  it('gives each folded word once', () => {
    expect(tokenize('Déjà vu, deja VU! snake_case 3.5')).toEqual(['deja', 'vu', 'snake', 'case', '3', '5']);
  });

  it('makes every character of an unspaced script begin a token', () => {
    expect(tokenize('東京都')).toEqual(['東京', '京都', '都']);
    expect(tokenize('𠮷野')).toEqual(['𠮷野', '野']);
    expect(tokenize('木')).toEqual(['木']);
  });

  it('keeps the marks that are letters, and leaves out those that are not', () => {
    expect(tokenize('हिन्दी')).toEqual(['हिन्दी']);
    expect(tokenize('שָׁלוֹם')).toEqual(['שלום']);
    expect(tokenize('مُحَمَّد')).toEqual(['محمد']);
    expect(tokenize('がか')).toEqual(['がか', 'か']);
    expect(tokenize('한국어는')).toEqual(['한국어는']);
  });

  it('finds the emoji under their variants', () => {
    expect(tokenize('👩🏽‍💻❤️1️⃣')).toEqual(['👩', '💻', '❤', '1']);
    expect(tokenize('🇨🇭🇦🇹')).toEqual(['🇨🇭', '🇦🇹']);
  });

  it('gives nothing for what has neither words nor emoji', () => {
    for (const text of ['', '...', ' \n\0', '\ud800', '\u0301\ufe0f'])
      expect(tokenize(text), text).toEqual([]);
  });

  it('stays bounded for the longest and the strangest texts', () => {
    const longest = [
      Array.from({ length: 2_000 }, (_, n) => `w${n}`).join(' '),
      String.fromCodePoint(...Array.from({ length: 10_000 }, (_, n) => 0x4e00 + n)),
      'x'.repeat(10_000),
      '\ufdfa'.repeat(10_000),
      'a\u0301'.repeat(5_000),
    ];
    for (const text of longest) {
      const tokens = tokenize(text);
      expect(tokens.length).toBeLessThanOrEqual(TOKENS_MAX);
      expect(Math.max(...tokens.map((token) => token.length))).toBeLessThanOrEqual(32);
    }
  });
});

describe('clipToken', () => {
  it('never cuts a character in half', () => {
    expect(clipToken(`${'a'.repeat(31)}𝒳`)).toBe('a'.repeat(31));
  });
});

describe('splitText', () => {
  it('tells words from runs where they touch', () => {
    expect(splitText('iPhone手机2026年ok')).toEqual({
      words: ['iphone', '2026', 'ok'],
      runs: ['手机', '年'],
      signs: [],
    });
  });
});
