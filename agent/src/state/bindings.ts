/** What the cloud said about the sources, and what the catalogue says about them in numbers. */
import type { WatchState } from '@nucleus/shared/wire/agents';
import type { State } from './open-state.ts';
import type { SourceRow } from './rows.ts';
import { readWatchState } from './sources.ts';

/** Keys of the table `meta` that syncing owns. */
export type SyncMark = 'store_epoch' | `verified_day:${string}`;

/** How a source is bound in the cloud. */
export interface Binding {
  alias: string;
  sourceId: string;
  datasetId: string;
  fence: number;
}

/** Counts of one source, as the heartbeat and `status` report them. */
export interface SourceCounts {
  on_disk: number;
  catalogued: number;
  excluded: number;
  exceptions: number;
  not_regular: number;
  held_deletions: number;
}

export interface Bindings {
  findMark(key: SyncMark): string | undefined;
  setMark(key: SyncMark, value: string): void;
  /** Undefined until the catalogue has declared the source. */
  findSource(alias: string): SourceRow | undefined;
  listSources(): SourceRow[];
  /** How changes of a source are noticed. */
  watchOf(alias: string): WatchState;
  bind(binding: Binding): void;
  counts(sourceNo: number): SourceCounts;
}

/** Prepares the statements once per open state. */
export function openBindings(state: State): Bindings {
  const getMark = state.prepare<[string], string>('select value from meta where key = ?').pluck();
  const setMark = state.prepare('insert or replace into meta (key, value) values (?, ?)');
  const source = state.prepare<[string], SourceRow>('select * from sources where alias = ?');
  const sources = state.prepare<[], SourceRow>('select * from sources order by source_no');
  const bind = state.prepare(
    'update sources set source_id = @sourceId, dataset_id = @datasetId, fence = @fence where alias = @alias',
  );
  const scanned = state.prepare<[number], Pick<SourceRow, 'on_disk' | 'excluded' | 'not_regular'>>(
    'select on_disk, excluded, not_regular from sources where source_no = ?',
  );
  const live = state
    .prepare<[number], number>(`select count(*) from items where source_no = ? and presence = 'live'`)
    .pluck();
  const unfinished = state.prepare<[number], { status: string; items: number }>(
    // items_by_status holds only what is not catalogued, so this reads few rows
    `select status, count(*) as items from items where source_no = ? and presence = 'live' and status <> 'catalogued' group by status`,
  );
  const held = state.prepare<[number], number>('select count(*) from held_deletions where source_no = ?').pluck();
  return {
    findMark: (key) => getMark.get(key),
    setMark: (key, value) => void setMark.run(key, value),
    findSource: (alias) => source.get(alias),
    listSources: () => sources.all(),
    watchOf: (alias) => readWatchState(state, alias),
    bind: (binding) => void bind.run(binding),
    counts(sourceNo) {
      const rest = unfinished.all(sourceNo);
      const of = (status: string): number => rest.find((row) => row.status === status)?.items ?? 0;
      const exceptions = of('exception');
      return {
        ...(scanned.get(sourceNo) ?? { on_disk: 0, excluded: 0, not_regular: 0 }),
        exceptions,
        catalogued: (live.get(sourceNo) ?? 0) - exceptions - of('pending'),
        held_deletions: held.get(sourceNo) ?? 0,
      };
    },
  };
}
