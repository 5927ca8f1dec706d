import type { Database } from '../database/open-database.ts';
import { placeItemIds, placeReferences } from '../items/place-items.ts';
import { placeScenes } from '../scenes/slice-scenes.ts';

/** What names members: reference ids or ids, of items or of scenes. */
export interface MemberNames {
  of: 'item' | 'scene';
  by: 'reference' | 'id';
}

/** Places of members by name, several for a scene; what is not there is not in the map. */
export async function placeNamed(
  db: Database,
  place: { tenantId: string; datasetId: string },
  names: readonly string[],
  { of, by }: MemberNames,
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (of === 'scene') return placeScenes(db, place, names, by);
  const find = by === 'id' ? placeItemIds : placeReferences;
  const found = await find(db, place.tenantId, place.datasetId, names);
  return new Map(Array.from(found, ([name, seq]) => [name, [seq]]));
}
