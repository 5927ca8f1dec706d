import type { Projection } from './projection.ts';

/** How many live items each static slice holds, by slice id; one without any is left out. */
export async function countSlices(projection: Projection): Promise<Map<string, number>> {
  const { ask } = await projection.current();
  const rows = await ask('select slice_id, count(*)::double from slice_items join items using (seq) group by slice_id');
  return new Map(rows.map(([sliceId, count]) => [String(sliceId), Number(count)]));
}
