import { QueryError } from './query-error.ts';
import { compareOps, type Span } from './query-tree.ts';
import { type Token, tokenize } from './tokenize.ts';

/** What may come where the caret stands, and which characters a choice replaces. */
export interface CompletionContext {
  expects: 'field' | 'operator' | 'value' | 'joiner';
  /** What is typed of it, without quotes. */
  prefix: string;
  replaces: Span;
  /** Field of the comparison at hand, once it is known. */
  field?: string;
}

type Expects = CompletionContext['expects'];

/**
 * Reads a query up to the caret, however unfinished, and says what comes next. Pure and forgiving: a text that is no query still has
 * a context.
 * @param caret offset in UTF-16 code units, 0 to `text.length`.
 */
export function completionContext(text: string, caret: number): CompletionContext {
  const { tokens, openQuote } = readUpTo(text.slice(0, caret));
  let expects: Expects = 'field';
  let field: string | undefined;
  let inList = false;
  let at = 0;
  const last = tokens.length - 1;
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (!token) break;
    // the word under the caret is still being typed, unless something follows it
    const isTyped =
      at === last &&
      token.end === caret &&
      (token.kind === 'word' || token.kind === 'number' || token.kind === 'keyword') &&
      !openQuote;
    const start = expects === 'field' || expects === 'value' ? pathStart(tokens, at) : at;
    if (isTyped)
      return context(
        expects,
        text.slice(tokens[start]?.start ?? caret, caret),
        { start: tokens[start]?.start ?? caret, end: caret },
        field,
      );
    if (token.kind === 'symbol' && token.text === '.') {
      // what is before the dot belongs to the name that is being typed
      if (at === last && expects === 'field' && at > 0) return path(tokens, at - 1, openQuote, caret);
      continue;
    }
    if (token.kind === 'symbol' && token.text === '(') {
      inList = expects === 'value';
      continue;
    }
    if (token.kind === 'symbol' && token.text === ',') {
      expects = 'value';
      continue;
    }
    if (token.kind === 'symbol' && token.text === ')') {
      inList = false;
      expects = 'joiner';
      continue;
    }
    if (expects === 'field' && (token.kind === 'word' || token.kind === 'quoted')) {
      field = tokens
        .slice(start, at + 1)
        .map((part) => part.text)
        .join('');
      expects = nextIsDot(tokens, at) ? 'field' : 'operator';
    } else if (isOperator(token)) {
      expects = 'value';
    } else if (token.kind === 'keyword') {
      const after = afterKeyword(token.text, expects);
      if (after === 'field') field = undefined;
      expects = after;
    } else if (expects === 'value') {
      expects = inList ? 'value' : 'joiner';
    }
  }
  if (openQuote)
    return context(
      expects === 'joiner' ? 'value' : expects,
      openQuote.text,
      { start: openQuote.start, end: caret },
      field,
    );
  return context(expects, '', { start: caret, end: caret }, field);
}

/** A dotted name that is typed up to its last dot, or into a quote behind it. */
function path(
  tokens: readonly Token[],
  last: number,
  openQuote: { text: string } | undefined,
  caret: number,
): CompletionContext {
  const start = pathStart(tokens, last);
  const typed = tokens.slice(start, last + 1).map((token) => token.text);
  const prefix = `${typed.join('')}.${openQuote?.text ?? ''}`;
  return context('field', prefix, { start: tokens[start]?.start ?? caret, end: caret }, undefined);
}

function context(expects: Expects, prefix: string, replaces: Span, field: string | undefined): CompletionContext {
  return {
    expects,
    prefix,
    replaces,
    ...(field === undefined || expects === 'field' ? {} : { field: field.replace(/^metadata\./, '') }),
  };
}

/** Tokens before the caret; a quote that is not closed is what is being typed. */
function readUpTo(text: string): { tokens: Token[]; openQuote?: { text: string; start: number } } {
  try {
    return { tokens: tokenize(text).slice(0, -1) };
  } catch (error) {
    if (!(error instanceof QueryError) || typeof error.at !== 'object') throw error;
    const { start, end } = error.at;
    const before = readUpTo(text.slice(0, start)).tokens;
    if (text[start] === '"') return { tokens: before, openQuote: { text: text.slice(start + 1), start } };
    return readUpTo(`${text.slice(0, start)}${' '.repeat(end - start)}${text.slice(end)}`);
  }
}

/** Index of the first token of the dotted path that token `at` ends. */
function pathStart(tokens: readonly Token[], at: number): number {
  let start = at;
  while (start >= 2 && tokens[start - 1]?.text === '.' && tokens[start - 1]?.kind === 'symbol') start -= 2;
  return start;
}

function nextIsDot(tokens: readonly Token[], at: number): boolean {
  const next = tokens[at + 1];
  return next?.kind === 'symbol' && next.text === '.';
}

function isOperator(token: Token): boolean {
  return token.kind === 'symbol' && (compareOps as readonly string[]).includes(token.text);
}

function afterKeyword(keyword: string, expects: Expects): Expects {
  switch (keyword) {
    case 'AND':
    case 'OR':
      return 'field';
    case 'NOT':
      return expects;
    case 'IN':
    case 'CONTAINS':
      return 'value';
    case 'IS':
      return 'operator';
    default:
      return 'joiner';
  }
}

/** A field or a value as a query must spell it: in quotes where it holds more than letters, digits and underscores. */
export function spellWord(text: string): string {
  const isPlain = /^[\p{L}_][\p{L}\p{N}\p{M}_]*$/u.test(text) && !/^(and|or|not|in|contains|is|missing)$/i.test(text);
  return isPlain ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
