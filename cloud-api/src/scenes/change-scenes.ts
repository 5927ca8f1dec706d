import type { MetadataChange } from '@nucleus/shared/wire/dataset';
import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { claimWrite, settleWrite } from '../datasets/claim-write.ts';
import { dropItems } from '../items/add-items.ts';
import { refKey } from '../items/rules.ts';
import type { MetadataResult } from '../items/update-metadata.ts';
import { dropLabels } from '../labels/drop-labels.ts';
import { sceneTruth } from '../labels/rules.ts';
import { changeScene, findSceneByKey, listFrames, purgeSceneRows, removeFrames } from './queries.ts';
import { getSceneRow } from './read-scenes.ts';

/** Deletes a scene with the items of its frames. @throws AppError `dataset-not-found`, `scene-not-found` */
export async function deleteScene(
  db: Kysely<Tables>,
  acting: Acting,
  datasetId: string,
  referenceId: string,
): Promise<void> {
  const place = { tenantId: acting.tenantId, datasetId };
  await db.transaction().execute(async (tx) => {
    const claim = await claimWrite(tx, acting, datasetId);
    const scene = await getSceneRow(tx, place, referenceId);
    const seqs = (await listFrames(tx, place, scene.sceneId)).map(({ seq }) => seq);
    const gone = await dropItems(tx, acting, claim, seqs);
    await removeFrames(tx, place, scene.sceneId, seqs);
    await dropLabels(tx, { ...place, runId: sceneTruth }, [scene.seq], claim.changeNo);
    await changeScene(tx, place, scene.sceneId, {
      ref_key: null,
      reference_id: null,
      metadata: '{}',
      video_url: null,
      change_no: claim.changeNo,
    });
    await settleWrite(tx, acting.tenantId, datasetId, { nextSeq: claim.nextSeq, liveDelta: -gone });
    await writeAudit(tx, acting, { action: 'scenes.delete', targetId: scene.sceneId, amount: gone });
  });
}

/**
 * Merges metadata into scenes, key by key, in the caller's transaction. What names no scene is refused and the others go in.
 * @throws AppError `dataset-not-found`
 */
export async function updateSceneMetadataIn(
  tx: Database,
  acting: Acting,
  datasetId: string,
  changes: readonly MetadataChange[],
): Promise<MetadataResult> {
  const place = { tenantId: acting.tenantId, datasetId };
  const { changeNo, isPrivate } = await claimWrite(tx, acting, datasetId);
  const result: MetadataResult = { updated: 0, isPrivate, refused: [] };
  for (const [index, change] of changes.entries()) {
    const scene = await findSceneByKey(tx, place, refKey(change.reference_id));
    if (scene === undefined) {
      const named = isPrivate ? 'of this reference id' : `with id ${change.reference_id}`;
      result.refused.push({ index, itemId: undefined, error: `Scene ${named} doesn't exist.` });
      continue;
    }
    const metadata = { ...(JSON.parse(scene.metadata) as Metadata), ...change.metadata };
    await changeScene(tx, place, scene.sceneId, { metadata: JSON.stringify(metadata), change_no: changeNo });
    result.updated += 1;
  }
  if (result.updated > 0)
    await writeAudit(tx, acting, { action: 'scenes.metadata', targetId: datasetId, amount: result.updated });
  return result;
}

/** Removes some rows of scenes and tracks of a deleted dataset; answers 0 once none is left. */
export function purgeScenes(db: Database, most: number): Promise<number> {
  return purgeSceneRows(db, most);
}
