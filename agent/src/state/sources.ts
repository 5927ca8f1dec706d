import type { WatchState } from '@nucleus/shared/wire/agents';
import { namesPolicy, type SourceConfig } from '../config.ts';
import type { State } from './open-state.ts';
import type { SourceReason, SourceRow, SourceState } from './rows.ts';

/** Writes the row of a configured source, or brings it up to date. The policy that its records follow stays as it was. */
export function declareSource(state: State, source: SourceConfig): SourceRow {
  state
    .prepare(
      `insert into sources (alias, folder, dataset_name, level, names, fields_off)
       values (@alias, @folder, @dataset, @level, @names, @fieldsOff)
       on conflict (alias) do update set folder = excluded.folder, dataset_name = excluded.dataset_name,
         level = excluded.level, names = excluded.names, fields_off = excluded.fields_off`,
    )
    .run({
      alias: source.alias,
      folder: source.folder,
      dataset: source.dataset,
      level: source.level,
      names: namesPolicy(source),
      fieldsOff: JSON.stringify(source.fields_off),
    });
  return getSource(state, source.alias);
}

/** @throws Error when no such source was declared. */
export function getSource(state: State, alias: string): SourceRow {
  const row = state.prepare<[string], SourceRow>('select * from sources where alias = ?').get(alias);
  if (!row) throw new Error(`source ${alias} was not declared`);
  return row;
}

export function setSourceState(state: State, sourceNo: number, to: SourceState, reason: SourceReason): void {
  state.prepare('update sources set state = ?, reason = ? where source_no = ?').run(to, reason, sourceNo);
}

/** What a verified, complete walk found. */
export function recordWalk(
  state: State,
  sourceNo: number,
  {
    birthMs,
    ...found
  }: {
    dev: number;
    ino: number;
    fsType: number;
    birthMs: number;
    excluded: number;
    notRegular: number;
    nowMs: number;
  },
): void {
  state
    .prepare('insert or replace into meta (key, value) values (?, ?)')
    .run(`root_birth_ms:${sourceNo}`, String(birthMs));
  state
    .prepare(
      `update sources set root_dev = @dev, root_ino = @ino, root_fs_type = @fsType, excluded = @excluded,
         not_regular = @notRegular, last_scan_ms = @nowMs, scan_no = scan_no + 1 where source_no = @sourceNo`,
    )
    .run({ ...found, sourceNo });
}

/** How the files of a source stand. on_disk = catalogued + excluded + exceptions + pending. */
export interface SourceCounts {
  on_disk: number;
  catalogued: number;
  excluded: number;
  exceptions: number;
  not_regular: number;
  pending: number;
  held_deletions: number;
}

/** Counts by index alone: `status <> 'catalogued'` is what lets SQLite use the partial index. */
export function countSource(state: State, sourceNo: number): SourceCounts {
  const one = (sql: string): number => state.prepare<[number], number>(sql).pluck().get(sourceNo) ?? 0;
  const source = state
    .prepare<[number], Pick<SourceRow, 'on_disk' | 'excluded' | 'not_regular'>>(
      'select on_disk, excluded, not_regular from sources where source_no = ?',
    )
    .get(sourceNo) ?? { on_disk: 0, excluded: 0, not_regular: 0 };
  const live = one(`select count(*) from items where source_no = ? and presence = 'live'`);
  const unfinished = `select count(*) from items where source_no = ? and presence = 'live' and status <> 'catalogued'`;
  const exceptions = one(`${unfinished} and status = 'exception'`);
  const pending = one(`${unfinished} and status = 'pending'`);
  return {
    ...source,
    catalogued: live - exceptions - pending,
    exceptions,
    pending,
    held_deletions: one('select count(*) from held_deletions where source_no = ?'),
  };
}

/** Sets how many regular files are below the root. */
export function setOnDisk(state: State, sourceNo: number, onDisk: number): void {
  state.prepare('update sources set on_disk = ? where source_no = ?').run(onDisk, sourceNo);
}

/** When the root that was last verified had been made; 0 when that is not known. */
export function rootBirthMs(state: State, sourceNo: number): number {
  return Number(findMark(state, `root_birth_ms:${sourceNo}`) ?? 0);
}

/** Notes how changes of a source are noticed; `meta` is written only when that is news. */
export function setWatchState(state: State, alias: string, to: WatchState): void {
  if (readWatchState(state, alias) === to) return;
  state.prepare('insert or replace into meta (key, value) values (?, ?)').run(`watch:${alias}`, to);
}

/** `starting` until something else is known. */
export function readWatchState(state: State, alias: string): WatchState {
  return (findMark(state, `watch:${alias}`) as WatchState | undefined) ?? 'starting';
}

/** Notes that a scan of the whole source has come to its end in this state: what is on disk is known. */
export function markCatalogued(state: State, sourceNo: number): void {
  state.prepare('insert or replace into meta (key, value) values (?, ?)').run(`catalogued:${sourceNo}`, '1');
}

export function isCatalogued(state: State, sourceNo: number): boolean {
  return findMark(state, `catalogued:${sourceNo}`) !== undefined;
}

function findMark(state: State, key: string): string | undefined {
  return state.prepare<[string], string>('select value from meta where key = ?').pluck().get(key);
}
