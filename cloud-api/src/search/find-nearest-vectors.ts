import { type Find, where } from './find-items.ts';
import type { Projection } from './projection.ts';

/** What to look for: vectors that results should be like, and vectors that they should be unlike. */
export interface NearestWanted {
  indexId: string;
  like: readonly ArrayLike<number>[];
  unlike: readonly ArrayLike<number>[];
  /** Places that are no result. */
  except: readonly number[];
  condition?: Find['condition'];
  limit: number;
}

/**
 * Places of the items with the highest scores, highest first, ties in insertion order; every vector of the index is compared. A score is
 * the mean cosine to the vectors that are liked less the mean cosine to the others: -2 to 2, and the cosine itself for a single one.
 * Empty when no item has a vector there.
 */
export async function findNearestVectors(
  projection: Projection,
  wanted: NearestWanted,
): Promise<{ seq: number; score: number }[]> {
  const { schema, vectorIndexes, ask } = await projection.current();
  const index = vectorIndexes.get(wanted.indexId);
  if (index === undefined) return [];
  const direction = directionOf(wanted, index.dimension);
  const length = Math.hypot(...direction);
  const { sql, parameters } = where({ condition: wanted.condition }, schema);
  // A vector of zeros is like nothing, and so is everything when likes and dislikes cancel out.
  const score =
    length === 0
      ? '0::double'
      : `coalesce(array_cosine_similarity(vector, cast(cast(? as varchar) as float[${index.dimension}])), 0)::double * ?`;
  const except = wanted.except.map(() => '?').join(', ');
  const rows = await ask(
    `select seq::double, ${score} as score from ${index.table}
     where seq in (select seq from items ${sql}) ${except === '' ? '' : `and seq not in (${except})`}
     order by score desc, seq limit ?`,
    [...(length === 0 ? [] : [`[${direction.join(',')}]`, length]), ...parameters, ...wanted.except, wanted.limit],
  );
  return rows.map(([seq, found]) => ({ seq: Number(seq), score: Number(found) }));
}

/** Mean of the liked unit vectors less the mean of the others: its cosine times its length is the score. */
function directionOf({ like, unlike }: NearestWanted, dimension: number): number[] {
  const direction = new Array<number>(dimension).fill(0);
  for (const [vectors, share] of [
    [like, 1 / like.length],
    [unlike, -1 / unlike.length],
  ] as const) {
    for (const vector of vectors) {
      const numbers = Array.from(vector);
      const length = Math.hypot(...numbers);
      if (length === 0) continue;
      for (const [i, value] of numbers.entries()) direction[i] = (direction[i] as number) + (share * value) / length;
    }
  }
  return direction;
}
