import { listSegments, readSegment, splitLines } from './ledger-files.ts';
import type { LedgerLine, OutgoingKind } from './ledger-line.ts';

/** What is looked for in the bodies of the ledger, newest attempt first. */
export interface LedgerSearch {
  text: string;
  /** Only attempts before this line number. */
  before?: number | undefined;
  /** Number of the segment that holds line `before`; newer ones are not read then. */
  segment?: number | undefined;
  kind?: OutgoingKind | undefined;
}

/** When one search has seen enough for now; where it stopped is where the next one goes on. */
export interface SearchLimits {
  /** Attempts that hold the text. */
  found: number;
  /** Bytes of bodies looked through. */
  bytes: number;
  ms: number;
}

/** One place of a body that holds the text. */
export interface Match {
  /** Line of the body, from 1, and place in it, from 0, in UTF-16 code units. */
  line: number;
  column: number;
  /** The text with what stands around it; `start` to `end` is the match. */
  excerpt: string;
  start: number;
  end: number;
}

export interface FoundAttempt {
  n: number;
  /** How often the body holds it. */
  count: number;
  /** The first few. */
  matches: Match[];
}

export interface SearchedLedger {
  found: FoundAttempt[];
  /** Attempts that were looked through. */
  searched: number;
  /** Where to go on; undefined when the first line of the ledger was reached. */
  next?: number;
}

const shownMatches = 3;
const aroundChars = 48;

/**
 * The spellings of a text that a body may hold: as it is, and as JSON writes it inside a string. What was typed with a quote or a
 * backslash left escaped.
 */
export function spellingsOf(text: string): string[] {
  const escaped = JSON.stringify(text).slice(1, -1);
  return escaped === text ? [text] : [text, escaped];
}

/**
 * Looks through bodies from the newest attempt to the oldest until a limit is met: always at least one attempt, so that repeated
 * searches come to the end. One segment is in memory at a time. Lines that cannot be read are left to `verify`.
 */
export async function searchLedger(
  folder: string,
  search: LedgerSearch,
  limits: SearchLimits,
): Promise<SearchedLedger> {
  const spellings = spellingsOf(search.text);
  const result: SearchedLedger = { found: [], searched: 0 };
  const until = performance.now() + limits.ms;
  let bytes = 0;
  for (const segment of (await listSegments(folder)).toReversed()) {
    if (segment.number > (search.segment ?? Number.POSITIVE_INFINITY)) continue;
    const raw = await readSegment(segment);
    const places = Array.from(splitLines(raw), ({ offset, bytes: length, whole }) => ({ offset, length, whole }));
    for (const { offset, length, whole } of places.toReversed()) {
      const line = whole ? parsed(raw.toString('utf8', offset, offset + length)) : undefined;
      if (line === undefined || line.kind === 'result' || line.n >= (search.before ?? Number.POSITIVE_INFINITY))
        continue;
      if (
        result.searched > 0 &&
        (bytes >= limits.bytes || result.found.length >= limits.found || performance.now() > until)
      ) {
        return result;
      }
      result.next = line.n;
      if (search.kind !== undefined && line.kind !== search.kind) continue;
      const body = Buffer.from(line.body, 'base64');
      bytes += body.length;
      result.searched += 1;
      if (spellings.some((each) => body.includes(each))) {
        const { count, matches } = matchesIn(body.toString(), spellings);
        if (count > 0) result.found.push({ n: line.n, count, matches });
      }
    }
  }
  delete result.next;
  return result;
}

/** Where a body holds one of the spellings. Pure. */
export function matchesIn(body: string, spellings: readonly string[]): { count: number; matches: Match[] } {
  const matches: Match[] = [];
  let count = 0;
  if (spellings.includes('')) return { count, matches };
  for (const [at, line] of body.split('\n').entries()) {
    for (let column = 0; ; ) {
      const hit = firstOf(line, spellings, column);
      if (hit === undefined) break;
      count += 1;
      if (matches.length < shownMatches)
        matches.push({ line: at + 1, column: hit.at, ...excerptOf(line, hit.at, hit.length) });
      column = hit.at + hit.length;
    }
  }
  return { count, matches };
}

function firstOf(line: string, spellings: readonly string[], from: number): { at: number; length: number } | undefined {
  let best: { at: number; length: number } | undefined;
  for (const spelling of spellings) {
    const at = line.indexOf(spelling, from);
    if (at !== -1 && (best === undefined || at < best.at)) best = { at, length: spelling.length };
  }
  return best;
}

function excerptOf(line: string, at: number, length: number): Pick<Match, 'excerpt' | 'start' | 'end'> {
  const from = Math.max(0, at - aroundChars);
  const to = Math.min(line.length, at + length + aroundChars);
  const [before, after] = [from > 0 ? '…' : '', to < line.length ? '…' : ''];
  // a pair of code units may have been cut in two
  const excerpt = `${before}${line.slice(from, to).toWellFormed()}${after}`;
  return { excerpt, start: before.length + at - from, end: before.length + at - from + length };
}

function parsed(text: string): LedgerLine | undefined {
  try {
    return JSON.parse(text) as LedgerLine;
  } catch {
    return undefined;
  }
}
