import type { Projection } from './projection.ts';

/** Places of the `limit` items nearest to a hash of 64 characters of 0 and 1, by differing bits, without the item `exceptId`. */
export async function findNearest(
  projection: Projection,
  phash: string,
  exceptId: string,
  limit: number,
): Promise<{ seq: number; distance: number }[]> {
  const rows = await projection.ask(
    `select seq::double, bit_count(xor(phash, cast(? as ubigint)))::double as distance
     from items where phash is not null and item_id <> ? order by distance, seq limit ?`,
    [BigInt(`0b${phash}`).toString(), exceptId, limit],
  );
  return rows.map(([seq, distance]) => ({ seq: Number(seq), distance: Number(distance) }));
}
