/**
 * Finds the ledger lines of one item without reading the whole ledger. A batch is ordered by reference id, so it is enough to know first and
 * last id of each batch: one row a line, not one an item. The index can be thrown away; it is made again from the ledger.
 */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { LinePlace } from './ledger.ts';
import { listSegments, readSegment } from './ledger-files.ts';
import type { AttemptLine, LedgerLine, OutgoingKind } from './ledger-line.ts';
import { isChangeOf, sourceOfBody, streamLedger } from './read-ledger.ts';

/** One attempt in which an item left. */
export interface LedgerEntry {
  n: number;
  at: string;
  url_path: string;
  body_bytes: number;
  hash: string;
  /** Status of the answer; null when none came. */
  status: number | null;
}

/** One attempt as the ledger's browser lists it. */
export interface LedgerListing extends LedgerEntry {
  kind: OutgoingKind;
  source: string | null;
  /** Changes in the body of a batch. */
  changes: number;
}

export interface LedgerIndex {
  add(line: LedgerLine, place: LinePlace): void;
  /** Number of the last line in the index. */
  lastLine(): number;
  /** Attempts in which `referenceId` of source `alias` left, newest first, at most `limit`. */
  ledgerEntriesOf(referenceId: string, alias: string, limit?: number): Promise<LedgerEntry[]>;
  /** The exact line that left last for an item with an answer of 200; null when none did. */
  lastBodyOf(referenceId: string, alias: string): Promise<{ body: string; n: number } | null>;
  /** Attempts before line `before`, newest first, and how many there are of the kind. */
  page(filter: { before?: number | undefined; limit: number; kind?: OutgoingKind | undefined }): {
    total: number;
    entries: LedgerListing[];
  };
  /** One attempt as listed, with the segment that holds it; undefined when there is none of this number. */
  findRow(n: number): { entry: LedgerListing; segment: number } | undefined;
  /** One attempt with its line; undefined when there is none of this number, or it was pruned. */
  findAttempt(n: number): Promise<{ entry: LedgerListing; line: AttemptLine } | undefined>;
  close(): void;
}

const schema = `
create table if not exists lines (
  n integer primary key, segment integer not null, place integer not null, bytes integer not null,
  at text not null, url_path text not null, body_bytes integer not null, hash text not null,
  source text, first_ref text, last_ref text, status integer, kind text not null, changes integer not null
) strict;
create index if not exists lines_by_source on lines (source, n) where source is not null;
create table if not exists progress (one integer primary key check (one = 1), last_n integer not null) strict;
insert or ignore into progress values (1, 0);
`;

/** An index of another version is made again. */
const schemaVersion = 1;

type Row = LedgerEntry & { segment: number; place: number; bytes: number };

/** Opens the index below the ledger's folder and brings it up to the ledger's last line. */
export async function openLedgerIndex(folder: string): Promise<LedgerIndex> {
  const database = new Database(join(folder, 'index.db'));
  // a lost index costs a scan, so nothing here waits for the disk
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = OFF');
  if (database.pragma('user_version', { simple: true }) !== schemaVersion) {
    database.exec(`drop table if exists lines; drop table if exists progress; pragma user_version = ${schemaVersion}`);
  }
  database.exec(schema);
  const insert = database.prepare(
    `insert or replace into lines (n, segment, place, bytes, at, url_path, body_bytes, hash, source, first_ref, last_ref, status, kind, changes)
     values (@n, @segment, @place, @bytes, @at, @urlPath, @bodyBytes, @hash, @source, @firstRef, @lastRef, null, @kind, @changes)`,
  );
  const setStatus = database.prepare('update lines set status = ? where n = ?');
  const setProgress = database.prepare('update progress set last_n = ?');
  const getProgress = database.prepare<[], number>('select last_n from progress').pluck();
  const candidates = database.prepare<[string, string, string], Row>(
    `select n, at, url_path, body_bytes, hash, status, segment, place, bytes from lines
     where source = ? and first_ref <= ? and last_ref >= ? order by n desc`,
  );

  const listed = 'n, at, url_path, body_bytes, hash, status, kind, source, changes';
  const ofKind = 'from lines where (@kind is null or kind = @kind)';
  const pageOf = database.prepare<{ kind: string | null; before: number; limit: number }, LedgerListing>(
    `select ${listed} ${ofKind} and n < @before order by n desc limit @limit`,
  );
  const countOf = database.prepare<{ kind: string | null }, number>(`select count(*) ${ofKind}`).pluck();
  const one = database.prepare<[number], LedgerListing & { segment: number; place: number; bytes: number }>(
    `select ${listed}, segment, place, bytes from lines where n = ?`,
  );

  const add = database.transaction((line: LedgerLine, place: LinePlace): void => {
    if (line.kind === 'result') setStatus.run(line.status, line.of);
    else insert.run(indexRow(line, place));
    setProgress.run(line.n);
  });

  const last = getProgress.get() ?? 0;
  for await (const { line, segment, offset, bytes } of streamLedger(folder))
    if (line.n > last) add(line, { segment, offset, bytes });

  /** Newest first; a candidate is taken when its body really holds the item. A segment is read once for neighbouring lines. */
  async function* find(referenceId: string, alias: string): AsyncGenerator<{ row: Row; text: string }> {
    let held: { number: number; bytes: Buffer } | undefined;
    const segments = new Map((await listSegments(folder)).map((segment) => [segment.number, segment]));
    for (const row of candidates.all(alias, referenceId, referenceId)) {
      const segment = segments.get(row.segment);
      if (!segment) continue; // pruned
      if (held?.number !== row.segment) held = { number: row.segment, bytes: await readSegment(segment) };
      const line = JSON.parse(held.bytes.toString('utf8', row.place, row.place + row.bytes)) as { body: string };
      const text = Buffer.from(line.body, 'base64')
        .toString()
        .split('\n')
        .find((change) => isChangeOf(change, referenceId));
      if (text !== undefined) yield { row, text };
    }
  }

  return {
    add,
    lastLine: () => getProgress.get() ?? 0,
    async ledgerEntriesOf(referenceId, alias, limit = 50) {
      const entries: LedgerEntry[] = [];
      for await (const { row } of find(referenceId, alias)) {
        const { segment: _, place: __, bytes: ___, ...entry } = row;
        entries.push(entry);
        if (entries.length >= limit) break;
      }
      return entries;
    },
    async lastBodyOf(referenceId, alias) {
      for await (const { row, text } of find(referenceId, alias))
        if (row.status === 200) return { body: text, n: row.n };
      return null;
    },
    page: ({ before = Number.MAX_SAFE_INTEGER, limit, kind = null }) => ({
      total: countOf.get({ kind }) ?? 0,
      entries: pageOf.all({ kind, before, limit }),
    }),
    findRow(n) {
      const row = one.get(n);
      if (!row) return undefined;
      const { segment, place: _, bytes: __, ...entry } = row;
      return { entry, segment };
    },
    async findAttempt(n) {
      const row = one.get(n);
      const segment = row && (await listSegments(folder)).find(({ number }) => number === row.segment);
      if (!row || !segment) return undefined;
      const bytes = await readSegment(segment);
      const { segment: _, place, bytes: length, ...entry } = row;
      return { entry, line: JSON.parse(bytes.toString('utf8', place, place + length)) as AttemptLine };
    },
    close: () => void database.close(),
  };
}

function indexRow(
  line: Exclude<LedgerLine, { kind: 'result' }>,
  place: LinePlace,
): Record<string, string | number | null> {
  const body = Buffer.from(line.body, 'base64').toString();
  const row = {
    n: line.n,
    segment: place.segment,
    place: place.offset,
    bytes: place.bytes,
    at: line.at,
    urlPath: line.url_path,
    kind: line.kind,
    // a batch begins with a line of its own and ends with a newline
    changes: line.kind === 'changes' ? Math.max(0, body.split('\n').filter((text) => text !== '').length - 1) : 0,
  };
  const rest = { bodyBytes: Buffer.byteLength(body), hash: line.hash, source: sourceOfBody(line, body) };
  if (rest.source === null) return { ...row, ...rest, firstRef: null, lastRef: null };
  const refs = body
    .split('\n')
    .slice(1)
    .flatMap((text) => [...refsOf(text)]);
  // code point order, as SQLite compares UTF-8; a rekey puts its new id out of order
  const ordered = refs.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return { ...row, ...rest, firstRef: ordered[0] ?? null, lastRef: ordered.at(-1) ?? null };
}

function* refsOf(text: string): Generator<string> {
  for (const match of text.matchAll(/"(?:new_)?ref":("(?:[^"\\]|\\.)*")/g))
    yield JSON.parse(match[1] as string) as string;
}
