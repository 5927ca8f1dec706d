import { type Find, where } from './find-items.ts';
import type { Projection } from './projection.ts';

/** Places of the `limit` items nearest to a hash of 64 characters of 0 and 1, by differing bits, without the item `exceptId`. */
export async function findNearest(
  projection: Projection,
  phash: string,
  exceptId: string,
  limit: number,
  condition?: Find['condition'],
): Promise<{ seq: number; distance: number }[]> {
  const { schema, ask } = await projection.current();
  const { sql, parameters } = where({ condition }, schema);
  const rows = await ask(
    `select seq::double, bit_count(xor(phash, cast(? as ubigint)))::double as distance
     from items ${sql === '' ? 'where' : `${sql} and`} phash is not null and item_id <> ? order by distance, seq limit ?`,
    [BigInt(`0b${phash}`).toString(), ...parameters, exceptId, limit],
  );
  return rows.map(([seq, distance]) => ({ seq: Number(seq), distance: Number(distance) }));
}
