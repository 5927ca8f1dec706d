import type { FileStat } from '../source/file-stat.ts';
import type { Difference } from '../source/scan-diff.ts';
import type { State } from './open-state.ts';

/** A file that a scan found new or changed and that waits to be described. */
export interface QueuedFile {
  path: Buffer;
  stat: FileStat;
}

/**
 * The differences that one scan found, in temporary tables: a first scan of a million files must not be held in memory, and
 * need not survive a crash, because the next scan finds them again.
 */
export interface ScanQueue {
  add(differences: readonly Difference[]): void;
  /** Also describes again what may turn out otherwise although the file did not change. */
  addRetries(options: { extractVersion: number; withOlderVersions: boolean }): void;
  /** Describes exceptions again that a person asks for: this path, or all of them. */
  addExceptions(path?: Uint8Array): void;
  /** Also reads the next so many catalogued files again, going on where the last sample ended. */
  addSample(files: number): void;
  /** Takes the next files of a kind, in path order. */
  take(kind: 'new' | 'changed', limit: number): QueuedFile[];
  /** Takes the changed file that is now at the path of the live item with this content, if there is one. */
  takePartner(contentHash: Uint8Array): QueuedFile | undefined;
  takeGone(limit: number): Buffer[];
  size(): number;
  clear(): void;
}

type QueueRow = { path: Buffer; dev: number; ino: number; byte_size: number; mtime_ms: number; ctime_ms: number };

const maxStrikes = 3;

export function openScanQueue(state: State, sourceNo: number): ScanQueue {
  state.exec(`
    create temp table if not exists scan_queue (
      source_no integer not null, kind text not null, path blob not null, dev integer not null, ino integer not null,
      byte_size integer not null, mtime_ms real not null, ctime_ms real not null, primary key (source_no, kind, path)
    ) strict, without rowid;
    create temp table if not exists scan_gone (
      source_no integer not null, path blob not null, primary key (source_no, path)
    ) strict, without rowid;
  `);
  const columns = 'path, dev, ino, byte_size, mtime_ms, ctime_ms';
  const put = state.prepare<QueueRow & { kind: string; sourceNo: number }>(
    `insert or replace into scan_queue (source_no, kind, ${columns})
     values (@sourceNo, @kind, @path, @dev, @ino, @byte_size, @mtime_ms, @ctime_ms)`,
  );
  const putGone = state.prepare<[number, Buffer]>('insert or ignore into scan_gone (source_no, path) values (?, ?)');
  const first = state.prepare<[number, string, number], QueueRow>(
    `select ${columns} from scan_queue where source_no = ? and kind = ? order by path limit ?`,
  );
  const remove = state.prepare<[number, string, Buffer]>(
    'delete from scan_queue where source_no = ? and kind = ? and path = ?',
  );
  const firstGone = state
    .prepare<[number, number], Buffer>('select path from scan_gone where source_no = ? limit ?')
    .pluck();
  const removeGone = state.prepare<[number, Buffer]>('delete from scan_gone where source_no = ? and path = ?');
  const partner = state.prepare<[number, Uint8Array], QueueRow>(
    `select ${columns
      .split(', ')
      .map((column) => `q.${column}`)
      .join(', ')} from items i
     join scan_queue q on q.source_no = i.source_no and q.kind = 'changed' and q.path = i.path
     where i.source_no = ? and i.content_hash = ? and i.presence = 'live' limit 1`,
  );
  const again = (where: string, ...bound: (number | Uint8Array)[]): void => {
    // `status <> 'catalogued'` is what lets SQLite use the partial index
    state
      .prepare(
        `insert or ignore into scan_queue (source_no, kind, ${columns})
         select source_no, 'changed', ${columns} from items where source_no = ? and presence = 'live' and ${where}
         and path not in (select path from scan_gone where source_no = items.source_no)`,
      )
      .run(sourceNo, ...bound);
  };
  const fileOf = (row: QueueRow): QueuedFile => ({
    path: row.path,
    stat: { dev: row.dev, ino: row.ino, size: row.byte_size, mtimeMs: row.mtime_ms, ctimeMs: row.ctime_ms },
  });
  const add = state.transaction((differences: readonly Difference[]) => {
    for (const difference of differences) {
      const path = Buffer.from(difference.key, 'latin1');
      if (difference.kind === 'gone') {
        putGone.run(sourceNo, path);
        continue;
      }
      const { dev, ino, size, mtimeMs, ctimeMs } = difference.stat;
      put.run({
        sourceNo,
        kind: difference.kind,
        path,
        dev,
        ino,
        byte_size: size,
        mtime_ms: mtimeMs,
        ctime_ms: ctimeMs,
      });
    }
  });
  return {
    add,
    addRetries({ extractVersion, withOlderVersions }) {
      again(`status <> 'catalogued' and status = 'pending'`);
      again(
        `status <> 'catalogued' and status = 'exception' and (exception_code in ('changed-while-reading', 'unreadable')
         or (exception_code in ('timed-out', 'crashed') and strikes < ${maxStrikes}))`,
      );
      if (withOlderVersions) again('extract_version < ?', extractVersion);
    },
    addExceptions(path) {
      const exceptions = `status <> 'catalogued' and status = 'exception'`;
      if (path) again(`${exceptions} and path = ?`, path);
      else again(exceptions);
    },
    addSample(files) {
      const cursorKey = `verified-up-to:${sourceNo}`;
      const cursor = state.prepare<[string], string>('select value from meta where key = ?').pluck().get(cursorKey);
      const draw = state
        .prepare<[Buffer, number, number], Buffer>(
          // the plus keeps SQLite on the key's index
          `select item_key from items where item_key > ? and +source_no = ? and presence = 'live' and status = 'catalogued'
           order by item_key limit ?`,
        )
        .pluck();
      const drawn = draw.all(Buffer.from(cursor ?? '', 'hex'), sourceNo, files);
      const put = state.prepare<[number, Buffer]>(
        `insert or ignore into scan_queue (source_no, kind, ${columns})
         select ?, 'changed', ${columns} from items where item_key = ?
         and path not in (select path from scan_gone where source_no = items.source_no)`,
      );
      state.transaction(() => {
        for (const itemKey of drawn) put.run(sourceNo, itemKey);
        // a draw that came to the end begins anew the next time
        const next = drawn.length < files ? '' : (drawn.at(-1)?.toString('hex') ?? '');
        state.prepare('insert or replace into meta (key, value) values (?, ?)').run(cursorKey, next);
      })();
    },
    take(kind, limit) {
      const rows = first.all(sourceNo, kind, limit);
      state.transaction(() => {
        for (const row of rows) remove.run(sourceNo, kind, row.path);
      })();
      return rows.map(fileOf);
    },
    takePartner(contentHash) {
      const row = partner.get(sourceNo, contentHash);
      if (!row) return undefined;
      remove.run(sourceNo, 'changed', row.path);
      return fileOf(row);
    },
    takeGone(limit) {
      const paths = firstGone.all(sourceNo, limit);
      state.transaction(() => {
        for (const path of paths) removeGone.run(sourceNo, path);
      })();
      return paths;
    },
    size: () =>
      state.prepare<[number], number>('select count(*) from scan_queue where source_no = ?').pluck().get(sourceNo) ?? 0,
    clear() {
      state.prepare('delete from scan_queue where source_no = ?').run(sourceNo);
      state.prepare('delete from scan_gone where source_no = ?').run(sourceNo);
    },
  };
}
