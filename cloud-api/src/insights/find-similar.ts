import { AppError } from '@nucleus/shared/failure/app-error';
import type { SimilarItem } from '@nucleus/shared/wire/insights';
import type { Tile } from '@nucleus/shared/wire/tile';
import type { Database } from '../database/open-database.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { type Examples, findExamples, placeExamples } from '../embeddings/find-examples.ts';
import { getItemByReference, listItemsInOrder } from '../items/read-items.ts';
import { findNearest } from '../search/find-nearest.ts';
import { findNearestVectors } from '../search/find-nearest-vectors.ts';
import type { Projections } from '../search/projections.ts';
import { readQuery } from '../search/read-query.ts';
import { toTiles } from './page-tiles.ts';

export interface SimilarWanted {
  reference_id?: string | undefined;
  like: readonly string[];
  unlike: readonly string[];
  vectors: readonly number[][];
  unlike_vectors: readonly number[][];
  index_id?: string | undefined;
  by?: 'vector' | 'hash' | undefined;
  query: string;
  limit: number;
}

type Similar = { by: 'vector' | 'hash'; items: SimilarItem[] };

/**
 * The items most like the examples, the examples themselves left out: by vector where the index holds a vector of each, else by perceptual
 * hash, which knows one example and no dislikes.
 * @throws AppError `dataset-not-found`, `item-not-found`, `vector-missing`, `perceptual-hash-missing`, `invalid-request`
 */
export async function findSimilar(
  db: Database,
  projections: Projections,
  tenantId: string,
  datasetId: string,
  wanted: SimilarWanted,
): Promise<Similar> {
  await getDataset(db, tenantId, datasetId);
  const like = [...new Set([...(wanted.reference_id === undefined ? [] : [wanted.reference_id]), ...wanted.like])];
  if (like.length + wanted.vectors.length + wanted.unlike.length + wanted.unlike_vectors.length === 0)
    throw new AppError('invalid-request', 'like: name an item or a vector.', { at: 'like' });
  const places = await placeExamples(db, tenantId, datasetId, [...like, ...wanted.unlike]);
  const isPlain =
    like.length === 1 && wanted.unlike.length + wanted.vectors.length + wanted.unlike_vectors.length === 0;
  const examples =
    wanted.by === 'hash'
      ? undefined
      : await findExamples(db, tenantId, datasetId, wanted.index_id, [...places.values()]);
  const isWhole = examples !== undefined && examples.vectors.size === new Set(places.values()).size;
  const mayHash = isPlain && wanted.by !== 'vector' && wanted.index_id === undefined;
  const projection = projections.of(tenantId, datasetId);
  const condition = readQuery(wanted.query);
  if (isWhole && wanted.by !== 'hash') {
    const vectorsOf = (names: readonly string[], own: readonly number[][]) => [
      ...names.map((name) => examples.vectors.get(places.get(name) as number) as ArrayLike<number>),
      ...fitting(examples, own),
    ];
    const nearest = await findNearestVectors(projection, {
      indexId: examples.indexId,
      like: vectorsOf(like, wanted.vectors),
      unlike: vectorsOf(wanted.unlike, wanted.unlike_vectors),
      except: [...places.values()],
      condition,
      limit: wanted.limit,
    });
    const scores = new Map(nearest.map(({ seq, score }) => [seq, score]));
    const items = await listItemsInOrder(db, tenantId, datasetId, [...scores.keys()]);
    const tiles = await toTiles(db, tenantId, datasetId, items);
    return {
      by: 'vector',
      items: items.map(({ seq }, at) => ({ score: scores.get(seq) ?? 0, tile: tiles[at] as Tile })),
    };
  }
  if (!mayHash && wanted.by !== 'hash')
    throw new AppError('vector-missing', 'Not all of the examples have a vector in this index: upload vectors first.');
  if (!isPlain)
    throw new AppError('invalid-request', 'by: perceptual hashes compare with one item and nothing else.', {
      at: 'by',
    });
  const item = await getItemByReference(db, tenantId, datasetId, like[0] ?? '');
  if (item.phash === null)
    throw new AppError('perceptual-hash-missing', 'This item has a missing perceptual hash: nothing can be compared.');
  const nearest = await findNearest(projection, item.phash, item.itemId, wanted.limit, condition);
  const distances = new Map(nearest.map(({ seq, distance }) => [seq, distance]));
  const items = await listItemsInOrder(db, tenantId, datasetId, [...distances.keys()]);
  const tiles = await toTiles(db, tenantId, datasetId, items);
  return {
    by: 'hash',
    items: items.map(({ seq }, at) => ({ distance: distances.get(seq) ?? 64, tile: tiles[at] as Tile })),
  };
}

/** @throws AppError `invalid-request` for a vector of another length than the index holds */
function fitting({ dimension }: Examples, vectors: readonly number[][]): readonly number[][] {
  if (vectors.every((vector) => vector.length === dimension)) return vectors;
  throw new AppError('invalid-request', `vectors: this index holds vectors of ${dimension} numbers.`, {
    at: 'vectors',
  });
}
