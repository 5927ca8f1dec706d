/** Groups of near duplicates, for review. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { DuplicateGroup } from '@nucleus/shared/wire/insights';
import type { Tile } from '@nucleus/shared/wire/tile';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { compareAside } from '../deduplication/compare-aside.ts';
import { HashTable } from '../deduplication/hash-table.ts';
import { eachHashPage } from '../items/list-hashes.ts';
import { listItemsInOrder } from '../items/read-items.ts';
import type { PlacedItem } from '../items/rules.ts';
import { findItemsAfter } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { toTiles } from './page-tiles.ts';

interface FoundGroups {
  /** Places in the dataset, group after group, the largest first, then by first place. */
  seqs: Float64Array;
  /** Where each group starts in `seqs`, and where the last one ends. */
  starts: Uint32Array;
  withoutHash: number;
}

interface Search {
  changeNo: number;
  found: Promise<FoundGroups>;
  /** While it runs `undefined`. */
  tookMs: number | undefined;
  endedAtMs: number;
}

export interface GroupPage {
  threshold: number;
  offset: number;
  limit: number;
  /** Most tiles of one group. */
  members: number;
  /** Groups whose items all meet this query are left out. */
  decided?: string | undefined;
}

const mostKept = 4;
/** What takes longer is used again for a while although the dataset has changed: else every write would cost as much again. */
const quickMs = 500;
const reuseTimes = 20;
/** A request waits no longer; the search goes on and the next request finds it done. */
const patienceMs = 10_000;

/**
 * Groups of the datasets that were asked for last: the pages of one list are cut from one computation, two who ask at once wait for the
 * same, and comparing takes at most a twentieth of the time, however often a large dataset changes.
 */
export class DuplicateGroups {
  readonly #db: Database;
  readonly #projections: Projections;
  readonly #clock: () => number;
  /** In order of use, the most recent last. */
  readonly #searches = new Map<string, Search>();

  constructor(db: Database, projections: Projections, clock: () => number) {
    this.#db = db;
    this.#projections = projections;
    this.#clock = clock;
  }

  /**
   * A page of groups: current with every write that was answered before, or as of a search that ended a short while ago when searching
   * takes long.
   * @throws AppError `dataset-not-found`, `invalid-request` for a bad query, `overloaded` while a search takes longer than a request may wait
   */
  async page(
    tenantId: string,
    datasetId: string,
    page: GroupPage,
  ): Promise<{
    total: number;
    decided: number;
    items_in_groups: number;
    without_hash: number;
    groups: DuplicateGroup[];
  }> {
    const { changeNo } = await getDataset(this.#db, tenantId, datasetId);
    const found = await withPatience(this.#search(tenantId, datasetId, changeNo, page.threshold).found);
    const groups = await this.#undecided(tenantId, datasetId, found, page.decided);
    const shown = groups.slice(page.offset, page.offset + page.limit).map((group) => membersOf(found, group));
    const wanted = shown.flatMap((group) => [...group.subarray(0, page.members)]);
    const items = await listItemsInOrder(this.#db, tenantId, datasetId, wanted);
    const tiles = await toTiles(this.#db, tenantId, datasetId, items);
    const bySeq = new Map(items.map((item, at) => [item.seq, { ...(tiles[at] as Tile), ...tellingFacts(item) }]));
    return {
      total: groups.length,
      decided: found.starts.length - 1 - groups.length,
      items_in_groups: groups.reduce((sum, group) => sum + membersOf(found, group).length, 0),
      without_hash: found.withoutHash,
      groups: shown.map((group) => ({
        size: group.length,
        tiles: [...group.subarray(0, page.members)].flatMap((seq) => bySeq.get(seq) ?? []),
      })),
    };
  }

  /** Numbers of the groups that are left. */
  async #undecided(
    tenantId: string,
    datasetId: string,
    found: FoundGroups,
    decided: string | undefined,
  ): Promise<number[]> {
    const groups = Array.from({ length: found.starts.length - 1 }, (_, group) => group);
    if (decided === undefined || decided.trim() === '') return groups;
    const find = { condition: readQuery(decided) };
    const projection = this.#projections.of(tenantId, datasetId);
    const seqs = new Set(await findItemsAfter(projection, find, { afterSeq: -1, limit: 2 ** 31 }));
    return groups.filter((group) => !membersOf(found, group).every((seq) => seqs.has(seq)));
  }

  #search(tenantId: string, datasetId: string, changeNo: number, threshold: number): Search {
    const key = [tenantId, datasetId, threshold].join();
    const before = this.#searches.get(key);
    const search =
      before !== undefined && this.#mayServe(before, changeNo)
        ? before
        : this.#start(key, tenantId, datasetId, changeNo, threshold);
    this.#searches.delete(key);
    this.#searches.set(key, search);
    for (const oldest of this.#searches.keys()) {
      if (this.#searches.size <= mostKept) break;
      this.#searches.delete(oldest);
    }
    return search;
  }

  #mayServe({ changeNo: known, tookMs, endedAtMs }: Search, changeNo: number): boolean {
    if (known >= changeNo) return true;
    // one that runs for long already is not joined by another over nearly the same
    if (tookMs === undefined) return this.#clock() - endedAtMs > quickMs;
    return tookMs > quickMs && this.#clock() < endedAtMs + tookMs * reuseTimes;
  }

  #start(key: string, tenantId: string, datasetId: string, changeNo: number, threshold: number): Search {
    const startedAtMs = this.#clock();
    const found = findGroups(this.#db, tenantId, datasetId, threshold);
    const search: Search = { changeNo, found, tookMs: undefined, endedAtMs: startedAtMs };
    found.then(
      () => {
        search.endedAtMs = this.#clock();
        search.tookMs = search.endedAtMs - startedAtMs;
      },
      () => {
        if (this.#searches.get(key) === search) this.#searches.delete(key);
      },
    );
    return search;
  }
}

function membersOf({ seqs, starts }: FoundGroups, group: number): Float64Array {
  return seqs.subarray(starts[group], starts[group + 1]);
}

/** What tells which of two alike pictures to keep. */
function tellingFacts(item: PlacedItem): Omit<DuplicateGroup['tiles'][number], keyof Tile> {
  const agents = item.agentMetadata === null ? {} : (JSON.parse(item.agentMetadata) as Record<string, unknown>);
  const facts = { ...(JSON.parse(item.userMetadata) as Record<string, unknown>), ...agents };
  const { content_hash, byte_size, capture_local, sharpness } = facts;
  return {
    hash: BigInt(`0b${item.phash ?? '0'}`)
      .toString(16)
      .padStart(16, '0'),
    ...(typeof content_hash === 'string' ? { content_hash } : {}),
    ...(typeof byte_size === 'number' ? { byte_size } : {}),
    ...(typeof capture_local === 'string' ? { capture_local } : {}),
    ...(typeof sharpness === 'number' ? { sharpness } : {}),
    fields: Object.keys(facts).length,
  };
}

/** @throws AppError `overloaded` when it takes too long */
async function withPatience<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AppError('overloaded', 'Near duplicates are still being looked for. Ask again in a moment.')),
      patienceMs,
    );
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function findGroups(db: Database, tenantId: string, datasetId: string, threshold: number): Promise<FoundGroups> {
  const table = new HashTable({ hasNames: false });
  await eachHashPage(db, tenantId, datasetId, (page) => table.add(page));
  const { places, starts } = await compareAside(table.task('groups', threshold), {});
  return { seqs: Float64Array.from(places, (place) => table.seqOf(place)), starts, withoutHash: table.withoutHash };
}
