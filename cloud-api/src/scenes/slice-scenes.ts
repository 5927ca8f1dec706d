/** Scenes as members of slices. A slice of scenes holds the items of their frames, so that whatever reads slices reads those. */
import type { SceneEntry } from '@nucleus/shared/wire/scenes';
import type { Database } from '../database/open-database.ts';
import { refKey } from '../items/rules.ts';
import { type DatasetPlace, listFramePlaces, listScenesOfSlice } from './queries.ts';
import { toSceneEntry } from './rules.ts';

const scenesAtOnce = 1_000;

/** Places of the items of scenes by what names these; a scene that is not there, or has no frame left, is not in the map. */
export async function placeScenes(
  db: Database,
  place: DatasetPlace,
  names: readonly string[],
  by: 'reference' | 'id',
): Promise<ReadonlyMap<string, number[]>> {
  const byKey = new Map(names.map((name) => [by === 'id' ? name : refKey(name), name]));
  const places = new Map<string, number[]>();
  for (const { key, seq } of await listFramePlaces(db, place, by === 'id' ? 'id' : 'ref_key', [...byKey.keys()])) {
    const name = byKey.get(key) ?? '';
    const seqs = places.get(name) ?? [];
    places.set(name, seqs);
    seqs.push(seq);
  }
  return places;
}

/** Every scene of a slice in insertion order. */
export async function listSliceScenes(db: Database, place: DatasetPlace, sliceId: string): Promise<SceneEntry[]> {
  const entries: SceneEntry[] = [];
  for (let fromSeq = 0; ; ) {
    const rows = await listScenesOfSlice(db, place, sliceId, fromSeq, scenesAtOnce);
    entries.push(...rows.map(toSceneEntry));
    const last = rows.at(-1);
    if (last === undefined || rows.length < scenesAtOnce) return entries;
    fromSeq = last.seq + 1;
  }
}
