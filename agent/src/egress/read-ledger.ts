import { listSegments, readSegment, splitLines } from './ledger-files.ts';
import type { AttemptLine, LedgerLine } from './ledger-line.ts';
import { matchesIn, spellingsOf } from './search-ledger.ts';

/** The lines of the ledger in order, unverified; a line that cannot be parsed is left to `verify`. One segment in memory at a time. */
export async function* streamLedger(
  folder: string,
): AsyncGenerator<{ line: LedgerLine; segment: number; offset: number; bytes: number }> {
  for (const segment of await listSegments(folder)) {
    for (const raw of splitLines(await readSegment(segment))) {
      const line = parseQuietly(raw.text);
      if (raw.whole && line) yield { line, segment: segment.number, offset: raw.offset, bytes: raw.bytes };
    }
  }
}

/** A line for people: the body as text instead of base64. */
export interface ShownLine {
  n: number;
  at: string;
  kind: LedgerLine['kind'];
  url_path?: string;
  sha256?: string;
  of?: number;
  status?: number;
  hash: string;
  /** The body as it was sent, before compression. */
  body?: string;
  /** How often the body holds the text that was looked for. */
  count?: number;
}

/** What of the ledger to show. Without a filter, everything. */
export interface LedgerFilter {
  /** Line number. */
  n?: number;
  /** A reference id: only its own changes of each batch are shown. */
  item?: string;
  source?: string;
  /** Text that a line of a body must hold, as it is or as JSON spells it; only those lines are shown. */
  text?: string;
}

/** Streams lines that fit the filter; of a batch only the lines that fit, when the filter looks into bodies. */
export async function* showLedger(folder: string, filter: LedgerFilter = {}): AsyncGenerator<ShownLine> {
  const spellings = spellingsOf(filter.text ?? '');
  for await (const { line } of streamLedger(folder)) {
    if (filter.n !== undefined && line.n !== filter.n) continue;
    const looksInside = filter.item !== undefined || filter.text !== undefined;
    if (line.kind === 'result') {
      if (!looksInside && filter.source === undefined)
        yield { n: line.n, at: line.at, kind: line.kind, of: line.of, status: line.status, hash: line.hash };
      continue;
    }
    let body = Buffer.from(line.body, 'base64').toString();
    if (filter.source !== undefined && sourceOfBody(line, body) !== filter.source) continue;
    if (looksInside) {
      const wanted = body
        .split('\n')
        .filter(
          (text) =>
            (filter.item === undefined || isChangeOf(text, filter.item)) &&
            spellings.some((each) => text.includes(each)),
        );
      if (wanted.length === 0 || wanted.every((text) => text === '')) continue;
      body = wanted.join('\n');
    }
    yield {
      n: line.n,
      at: line.at,
      kind: line.kind,
      url_path: line.url_path,
      sha256: line.sha256,
      hash: line.hash,
      body,
      ...(filter.text === undefined ? {} : { count: matchesIn(body, spellings).count }),
    };
  }
}

/** Whether a line of a batch is a change of `referenceId`. Bodies are canonical, so the spelling is unique and cannot stand inside a value. */
export function isChangeOf(text: string, referenceId: string): boolean {
  const spelled = JSON.stringify(referenceId);
  return text.includes(`"ref":${spelled}`) || text.includes(`"new_ref":${spelled}`);
}

/** The source that a batch is of; null for everything else. */
export function sourceOfBody(line: AttemptLine, body: string): string | null {
  if (line.kind !== 'changes') return null;
  const head = JSON.parse(body.slice(0, body.indexOf('\n'))) as { source: string };
  return head.source;
}

function parseQuietly(text: string): LedgerLine | undefined {
  try {
    return JSON.parse(text) as LedgerLine;
  } catch {
    return undefined;
  }
}
