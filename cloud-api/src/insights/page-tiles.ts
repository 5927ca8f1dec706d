import type { Tile } from '@nucleus/shared/wire/tile';
import { listItemLooks } from '../attachments/item-looks.ts';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { listItemsAt, listItemsInOrder } from '../items/read-items.ts';
import type { PlacedItem } from '../items/rules.ts';
import { countItems, findItems, type SortOrder } from '../search/find-items.ts';
import type { Projections } from '../search/projections.ts';
import { readDerived } from '../search/read-derived.ts';
import { readQuery } from '../search/read-query.ts';
import { listTagsAt } from '../slices/list-tags.ts';

/** Which tiles, in which order. */
export interface TilePage {
  offset: number;
  limit: number;
  query: string;
  sort?: SortOrder | undefined;
  /** Metadata fields, counts of labels and scores of autotags whose values come with the tiles. */
  fields?: readonly string[];
}

/**
 * Tiles of the items that meet a query, by place. Without query and order the truth itself is walked.
 * @throws AppError `dataset-not-found`, `invalid-request`
 */
export async function pageTiles(
  db: Database,
  projections: Projections,
  tenantId: string,
  datasetId: string,
  page: TilePage,
): Promise<{ total: number; tiles: Tile[] }> {
  const { liveCount } = await getDataset(db, tenantId, datasetId);
  const condition = readQuery(page.query);
  const projection = projections.of(tenantId, datasetId);
  const { fields = [] } = page;
  const tilesOf = async (items: readonly PlacedItem[]): Promise<Tile[]> => {
    const seqs = items.map(({ seq }) => seq);
    const derived = fields.length === 0 ? noneDerived : await readDerived(projection, fields, seqs);
    return toTiles(db, tenantId, datasetId, items, fields, derived);
  };
  if (condition === undefined && page.sort === undefined) {
    const items = page.offset >= liveCount ? [] : await listItemsAt(db, tenantId, datasetId, page.offset, page.limit);
    return { total: liveCount, tiles: await tilesOf(items) };
  }
  const [total, seqs] = await Promise.all([
    countItems(projection, { condition }),
    findItems(projection, { condition, sort: page.sort }, page),
  ]);
  const items = await listItemsInOrder(db, tenantId, datasetId, seqs);
  return { total, tiles: await tilesOf(items) };
}

/** Values by place of the item and name of the field. */
type Derived = Awaited<ReturnType<typeof readDerived>>;
const noneDerived: Derived = new Map();

/** Items as tiles, with their tags and what is stored of their pictures. */
export async function toTiles(
  db: Database,
  tenantId: string,
  datasetId: string,
  items: readonly PlacedItem[],
  fields: readonly string[] = [],
  derived: Derived = noneDerived,
): Promise<Tile[]> {
  const tags = await listTagsAt(
    db,
    tenantId,
    datasetId,
    items.map(({ seq }) => seq),
  );
  // The pictures of agents' items are not here.
  const own = items.filter(({ agentMetadata }) => agentMetadata === null).map(({ itemId }) => itemId);
  const looks = await listItemLooks(db, tenantId, datasetId, own);
  return items.map((item) => {
    const t = tags.get(item.seq);
    return {
      ...toTile(item),
      ...looks.get(item.itemId),
      ...(t === undefined ? {} : { t }),
      ...(fields.length === 0 ? {} : { m: valuesOf(item, fields, derived) }),
    };
  });
}

/** Longest text of a value that a list gets. */
const mostLetters = 200;

/** What an item holds in some fields. A field may be named with or without `metadata.` before it. */
function valuesOf(item: PlacedItem, fields: readonly string[], derived: Derived): (string | number | boolean | null)[] {
  const agents = item.agentMetadata === null ? {} : (JSON.parse(item.agentMetadata) as Record<string, unknown>);
  const held = { ...(JSON.parse(item.userMetadata) as Record<string, unknown>), ...agents };
  const known = derived.get(item.seq);
  return fields.map((field) => {
    if (known?.has(field) === true) return known.get(field) ?? null;
    const name = field.replace(/^metadata\./, '');
    const value = Object.hasOwn(held, name) ? held[name] : null;
    if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
    return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, mostLetters);
  });
}

/** Side of a tile whose item never said its dimensions. */
const unknownSide = 1;

/** An item as tiles of every page show it, without its tags. */
function toTile(item: PlacedItem): Tile {
  const tile: Tile = {
    id: item.itemId,
    ref: item.referenceId,
    w: item.width ?? unknownSide,
    h: item.height ?? unknownSide,
  };
  if (item.agentMetadata === null) return tile;
  const { blurhash, source, status, media_kind, duration_ms } = JSON.parse(item.agentMetadata) as Record<
    string,
    unknown
  >;
  if (typeof blurhash === 'string') tile.b = blurhash;
  if (typeof source === 'string') tile.s = source;
  if (status === 'ok' || status === 'no-pixels') tile.status = status;
  if (media_kind === 'video') tile.v = typeof duration_ms === 'number' ? duration_ms : 0;
  return tile;
}
