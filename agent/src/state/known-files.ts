import { pathKey } from '../source/file-stat.ts';
import type { KeyRange } from '../source/key-range.ts';
import type { KnownFile } from '../source/scan-diff.ts';
import type { SampleFile } from '../source/verify-root.ts';
import type { State } from './open-state.ts';

type RawRow = [path: string | Buffer, dev: number, ino: number, size: number, mtimeMs: number, ctimeMs: number];

const chunkRows = 2000;
const columns = 'dev, ino, byte_size, mtime_ms, ctime_ms';
/** Rows that a walk compares with: pictures, or the sidecar files beside them. */
export type KnownTable = 'items' | 'sidecars';
const isThere: Record<KnownTable, string> = { items: `presence = 'live'`, sidecars: 'said is not null' };
const rangeOf = (table: KnownTable): string =>
  `from ${table} where source_no = ? and ${isThere[table]} and path > ? and path < ? order by path limit`;
const nonAscii = /[^\0-\x7f]/;
const endOfPaths = Buffer.alloc(1, 0xff); // no UTF-8 and no sensible other name begins with this byte

/**
 * Live rows of a source in byte order of their paths, in chunks, so that no read transaction stays open.
 * @param prefix empty for all, else a folder's key ending in `/`.
 */
export function knownFiles(
  state: State,
  sourceNo: number,
  prefix = '',
  table: KnownTable = 'items',
): Generator<KnownFile> {
  return knownBetween(state, sourceNo, table, Buffer.from(prefix, 'latin1'), endOf(prefix));
}

/** The same for a part of the source. */
export function knownInRange(
  state: State,
  sourceNo: number,
  { from, to }: KeyRange,
  table: KnownTable,
): Generator<KnownFile> {
  const end = to === '' ? endOf('') : Buffer.from(to, 'latin1');
  return knownBetween(state, sourceNo, table, Buffer.from(from, 'latin1'), end);
}

/**
 * The folder of the file in the middle of a sample, as its key; undefined when it is the root. Counting half a million rows off an index to
 * find the very middle would hold up everything else for a tenth of a second.
 * @param from 16 random bytes.
 */
export function middleFolder(state: State, sourceNo: number, from: Uint8Array): string | undefined {
  const keys = sampleFiles(state, sourceNo, from)
    .map(({ key }) => key)
    .sort();
  const key = keys[keys.length >> 1] ?? '';
  return key.slice(0, key.lastIndexOf('/') + 1) || undefined;
}

function* knownBetween(
  state: State,
  sourceNo: number,
  table: KnownTable,
  from: Buffer,
  end: Buffer,
): Generator<KnownFile> {
  const range = `${rangeOf(table)} ${chunkRows}`;
  // as text: one string is far cheaper than one buffer a row, and almost all paths are ASCII
  const asText = state.prepare<unknown[], RawRow>(`select cast(path as text), ${columns} ${range}`).raw();
  const asBytes = state.prepare<unknown[], RawRow>(`select path, ${columns} ${range}`).raw();
  let after = from;
  for (;;) {
    let rows = asText.all(sourceNo, after, end);
    if (rows.some(([path]) => nonAscii.test(path as string))) rows = asBytes.all(sourceNo, after, end);
    for (const [path, dev, ino, size, mtimeMs, ctimeMs] of rows) {
      const key = typeof path === 'string' ? path : pathKey(path);
      yield { key, stat: { dev, ino, size, mtimeMs, ctimeMs } };
    }
    const last = rows.at(-1);
    if (!last || rows.length < chunkRows) return;
    after = typeof last[0] === 'string' ? Buffer.from(last[0], 'latin1') : last[0];
  }
}

/**
 * Live rows directly in a folder, and all rows below folders that are not there any more, in byte order; what is below
 * folders that are there is passed over without being read.
 */
export function* knownChildren(
  state: State,
  sourceNo: number,
  prefix: string,
  isFolder: (name: string) => boolean,
  table: KnownTable = 'items',
): Generator<KnownFile> {
  const next = state.prepare<unknown[], RawRow>(`select path, ${columns} ${rangeOf(table)} 64`).raw();
  const end = endOf(prefix);
  let after: Buffer = Buffer.from(prefix, 'latin1');
  for (;;) {
    const rows = next.all(sourceNo, after, end);
    if (rows.length === 0) return;
    for (const [path, dev, ino, size, mtimeMs, ctimeMs] of rows) {
      const key = pathKey(path as Buffer);
      after = path as Buffer;
      const slash = key.indexOf('/', prefix.length);
      const folder = slash < 0 ? undefined : key.slice(prefix.length, slash);
      if (folder !== undefined && isFolder(folder)) {
        after = Buffer.concat([Buffer.from(`${prefix}${folder}/`, 'latin1'), endOfPaths, endOfPaths]);
        break;
      }
      yield { key, stat: { dev, ino, size, mtimeMs, ctimeMs } };
    }
  }
}

/** The smallest byte string after everything below a folder: '0' follows '/'. */
function endOf(prefix: string): Buffer {
  return prefix === '' ? Buffer.concat([endOfPaths, endOfPaths]) : Buffer.from(`${prefix.slice(0, -1)}0`, 'latin1');
}

/** The live row at one path. */
export function knownFile(
  state: State,
  sourceNo: number,
  key: string,
  table: KnownTable = 'items',
): KnownFile | undefined {
  const row = state
    .prepare<unknown[], RawRow>(
      `select path, ${columns} from ${table} where source_no = ? and ${isThere[table]} and path = ?`,
    )
    .raw()
    .get(sourceNo, Buffer.from(key, 'latin1'));
  if (!row) return undefined;
  const [, dev, ino, size, mtimeMs, ctimeMs] = row;
  return { key, stat: { dev, ino, size, mtimeMs, ctimeMs } };
}

/**
 * Catalogued files drawn by key, which is random: no scan, and another draw each time. The plus keeps SQLite on the key's index.
 * @param from 16 random bytes.
 */
export function sampleFiles(state: State, sourceNo: number, from: Uint8Array): SampleFile[] {
  const draw = state
    .prepare<unknown[], [Buffer, number, number]>(
      `select path, byte_size, mtime_ms from items
       where item_key >= ? and +source_no = ? and presence = 'live' order by item_key limit 64`,
    )
    .raw();
  const rows = draw.all(from, sourceNo);
  if (rows.length < 64) rows.push(...draw.all(Buffer.alloc(1), sourceNo).slice(0, 64 - rows.length));
  return rows.map(([path, size, mtimeMs]) => ({ key: pathKey(path), size, mtimeMs }));
}
