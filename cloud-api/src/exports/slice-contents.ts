/** What an export of a slice holds beside its items: for a slice of labels, those alone. */
import type { Database } from '../database/open-database.ts';
import { listItemsInOrder } from '../items/read-items.ts';
import { toDatasetItem } from '../items/rules.ts';
import { eachAs, type ItemPager, spellList } from '../items/spell-items.ts';
import { listSliceScenes } from '../scenes/slice-scenes.ts';
import { getSlice } from '../slices/find-slice.ts';
import { listObjectIds, pagesOfObjects, type SliceObject } from '../slices/read-objects.ts';

/** The labels that exports of a slice are cut down to; undefined where every label of a member goes with it. @throws AppError `slice-not-found` */
export async function findOnlyLabels(
  db: Database,
  tenantId: string,
  sliceId: string,
): Promise<{ datasetId: string; only: ReadonlySet<string> | undefined }> {
  const { datasetId, type } = await getSlice(db, tenantId, sliceId);
  return { datasetId, only: type === 'object' ? await listObjectIds(db, { tenantId, datasetId, sliceId }) : undefined };
}

/**
 * The members of a slice as a JSON list: `{item}`, `{scene}`, or `{item, annotation}` and `{item, prediction}`.
 * @throws AppError `slice-not-found`
 */
export async function spellMembers(
  db: Database,
  tenantId: string,
  sliceId: string,
  items: ItemPager,
): Promise<AsyncIterable<string>> {
  const { datasetId, type } = await getSlice(db, tenantId, sliceId);
  if (type === 'object') return spellObjects(db, { tenantId, datasetId, sliceId });
  if (type === 'scene') return spellScenes(db, { tenantId, datasetId }, sliceId);
  return spellList(
    items,
    eachAs((item) => ({ item })),
  );
}

async function* spellScenes(
  db: Database,
  place: { tenantId: string; datasetId: string },
  sliceId: string,
): AsyncGenerator<string> {
  yield JSON.stringify((await listSliceScenes(db, place, sliceId)).map((scene) => ({ scene })));
}

async function* spellObjects(
  db: Database,
  slice: { tenantId: string; datasetId: string; sliceId: string },
): AsyncGenerator<string> {
  let separator = '[';
  for await (const objects of pagesOfObjects(db, slice)) {
    const seqs = [...new Set(objects.map(({ seq }) => seq))];
    const placed = await listItemsInOrder(db, slice.tenantId, slice.datasetId, seqs);
    const items = new Map(placed.map((item) => [item.seq, toDatasetItem(item)]));
    for (const { seq, isPrediction, label } of objects.filter((each: SliceObject) => items.has(each.seq))) {
      yield separator + JSON.stringify({ item: items.get(seq), [isPrediction ? 'prediction' : 'annotation']: label });
      separator = ',';
    }
  }
  yield separator === '[' ? '[]' : ']';
}
