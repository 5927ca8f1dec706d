import { QueryError } from './query-error.ts';
import { compareOps, type Span } from './query-tree.ts';

export const keywords = ['AND', 'OR', 'NOT', 'IN', 'CONTAINS', 'IS', 'MISSING'] as const;
export type Keyword = (typeof keywords)[number];

export type Token =
  | ({ kind: 'word'; text: string } & Span)
  | ({ kind: 'quoted'; text: string } & Span)
  | ({ kind: 'number'; value: number; text: string } & Span)
  | ({ kind: 'keyword'; text: Keyword } & Span)
  | ({ kind: 'symbol'; text: string } & Span)
  | ({ kind: 'end'; text: '' } & Span);

const space = /[\s\u00a0]/u;
const wordStart = /[\p{L}_]/u;
const wordPart = /[\p{L}\p{N}\p{M}_]/u;
const symbols = [...compareOps, '(', ')', ',', '.', '+', '-', '%'].toSorted((a, b) => b.length - a.length);

/**
 * Cuts a query into tokens; the last is `end`. Linear in the text's length.
 * @param shorthands fields that may be written `field:value`, short for `field = "value"`; the value ends at a space or a bracket.
 * @throws QueryError at an unclosed quote or a character that no query holds.
 */
export function tokenize(text: string, shorthands: readonly string[] = []): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (space.test(char)) {
      at += 1;
    } else {
      const token = readToken(text, at, tokens.at(-1));
      tokens.push(token);
      at = token.end;
      if (text[at] === ':' && token.kind === 'word' && shorthands.includes(token.text)) {
        tokens.push({ kind: 'symbol', text: '=', start: at, end: at + 1 });
        const value = readShort(text, at + 1);
        tokens.push(value);
        at = value.end;
      }
    }
  }
  tokens.push({ kind: 'end', text: '', start: text.length, end: text.length });
  return tokens;
}

function readToken(text: string, start: number, before: Token | undefined): Token {
  const char = String.fromCodePoint(text.codePointAt(start) ?? 0);
  if (char === '"') return readQuoted(text, start);
  const afterDot = before?.kind === 'symbol' && before.text === '.' && before.end === start;
  if (/\d/.test(char) && !afterDot) return readNumber(text, start);
  if (wordStart.test(char) || (afterDot && /\d/.test(char))) return readWord(text, start, afterDot);
  const symbol = symbols.find((each) => text.startsWith(each, start));
  if (symbol !== undefined) return { kind: 'symbol', text: symbol, start, end: start + symbol.length };
  throw new QueryError(`A query cannot hold the character ${char} outside quotes.`, {
    start,
    end: start + char.length,
  });
}

function readShort(text: string, start: number): Token {
  if (text[start] === '"') return readQuoted(text, start);
  const value = /^[^\s\u00a0()"]*/u.exec(text.slice(start))?.[0] ?? '';
  if (value === '') throw new QueryError('After the colon comes a value.', { start: start - 1, end: start });
  return { kind: 'quoted', text: value, start, end: start + value.length };
}

function readQuoted(text: string, start: number): Token {
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const char = text[at];
    if (char === '"') return { kind: 'quoted', text: value, start, end: at + 1 };
    if (char === '\\' && (text[at + 1] === '"' || text[at + 1] === '\\')) at += 1;
    value += text[at];
  }
  throw new QueryError('The quote that opens here is not closed.', { start, end: text.length });
}

function readNumber(text: string, start: number): Token {
  const digits = /^\d+(\.\d+)?([eE][+-]?\d+)?/.exec(text.slice(start, start + 400))?.[0] ?? '';
  let end = start + digits.length;
  // 2026-11-23 and 7rm4 are words that begin with a digit
  while (end < text.length && wordPart.test(text[end] ?? '')) end += 1;
  const whole = text.slice(start, end);
  if (end - start > digits.length) return { kind: 'word', text: whole, start, end };
  const value = Number(digits);
  if (!Number.isFinite(value)) throw new QueryError('This number is too large.', { start, end });
  return { kind: 'number', value, text: whole, start, end };
}

function readWord(text: string, start: number, isPart: boolean): Token {
  let end = start;
  for (const char of text.slice(start)) {
    if (!wordPart.test(char)) break;
    end += char.length;
  }
  const word = text.slice(start, end);
  const keyword = keywords.find((each) => each === word.toUpperCase());
  if (keyword !== undefined && !isPart) return { kind: 'keyword', text: keyword, start, end };
  return { kind: 'word', text: word, start, end };
}
