/** Reads a file of vectors value by value, so that memory holds one row however long the file is. */
import { AppError } from '@nucleus/shared/failure/app-error';

/** A row of a file; `vector` as it came, for the caller to check. */
export interface FileRow {
  referenceId: string;
  vector: unknown;
}

/** Longest row: 4,096 numbers of 25 characters, and a reference id. */
const mostRowCharacters = 200_000;

/**
 * Rows of `{"reference_id": [numbers], …}`, or of objects `{reference_id, embedding_vector}` in a list or one after the other, as
 * exports write them.
 * @throws AppError `invalid-request` where the text is neither
 */
export async function* readRows(chunks: AsyncIterable<string>): AsyncGenerator<FileRow> {
  let rest = '';
  let shape: Shape | undefined;
  let key: string | undefined;
  let hasEnded = false;
  for await (const chunk of chunks) {
    rest += chunk;
    let at = 0;
    for (;;) {
      at = skipBetween(rest, at);
      if (at >= rest.length) break;
      if (shape === undefined) {
        shape = shapeAt(rest, at);
        if (shape === undefined) break; // its first key is not whole yet
        if (shape !== 'lines') at += 1;
        continue;
      }
      if (rest[at] === '}' || rest[at] === ']') {
        hasEnded = true;
        at += 1;
        continue;
      }
      if (hasEnded) throw unreadable('something follows its end');
      const end = endOfValue(rest, at);
      if (end === undefined) break;
      const value = parse(rest.slice(at, end));
      at = end;
      if (shape !== 'map') yield rowOf(value);
      else if (key !== undefined) {
        yield { referenceId: key, vector: value };
        key = undefined;
      } else if (typeof value === 'string') key = value;
      else throw unreadable('a key is missing');
    }
    rest = rest.slice(at);
    if (rest.length > mostRowCharacters) throw unreadable('a row is too long');
  }
  if (key !== undefined || (shape !== 'lines' && !hasEnded)) throw unreadable('it is cut off');
  if (rest.trim() !== '') yield rowOf(parse(rest));
}

function rowOf(value: unknown): FileRow {
  const { reference_id: referenceId, embedding_vector: vector } = (value ?? {}) as Record<string, unknown>;
  if (typeof referenceId !== 'string') throw unreadable('a row names no reference_id');
  return { referenceId, vector };
}

/** Separators carry no meaning here: what stands between them is checked value by value. */
function skipBetween(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\r\n,:\ufeff'.includes(text[at] as string)) at += 1;
  return at;
}

type Shape = 'map' | 'list' | 'lines';

/** What begins at `at`; undefined when the first key, which tells a map from a row, is not whole. */
function shapeAt(text: string, at: number): Shape | undefined {
  if (text[at] === '[') return 'list';
  if (text[at] !== '{') throw unreadable('it is no JSON object');
  const first = skipBetween(text, at + 1);
  if (text[first] === '}') return 'map';
  const end = first < text.length ? endOfValue(text, first) : undefined;
  if (end === undefined) return undefined;
  const name = parse(text.slice(first, end));
  return name === 'reference_id' || name === 'embedding_vector' ? 'lines' : 'map';
}

/** Where the value that begins at `at` ends; undefined when it is not whole. */
function endOfValue(text: string, at: number): number | undefined {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const char = text[i];
    if (char === '"') {
      i = endOfText(text, i);
      if (i < 0) return undefined;
      if (depth === 0) return i + 1;
    } else if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') {
      depth -= 1;
      if (depth === 0) return i + 1;
      if (depth < 0) return i;
    } else if (depth === 0 && ' \t\r\n,:'.includes(char as string)) return i;
  }
  return undefined;
}

function endOfText(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === '"') return i;
  }
  return -1;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable('it is no JSON', cause);
  }
}

function unreadable(why: string, cause?: unknown): AppError {
  return new AppError('invalid-request', `A file of vectors cannot be read: ${why}.`, { cause });
}
