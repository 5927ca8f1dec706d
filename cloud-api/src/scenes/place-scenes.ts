import type { Database } from '../database/open-database.ts';
import { refKey } from '../items/rules.ts';
import { type DatasetPlace, listScenePlaces } from './queries.ts';

/** Places of scenes among scenes by the keys of their reference ids; what is not there is not in the map. */
export async function placeSceneKeys(
  db: Database,
  place: DatasetPlace,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (keys.length === 0) return new Map();
  return new Map((await listScenePlaces(db, place, keys)).map(({ key, seq }) => [key, seq]));
}

/** The same by reference id, in no order. */
export async function placeSceneNames(db: Database, place: DatasetPlace, names: readonly string[]): Promise<number[]> {
  return [...(await placeSceneKeys(db, place, [...new Set(names.map(refKey))])).values()];
}
