import type { Database } from '../database/open-database.ts';
import { listRunIds } from '../models/find-model.ts';
import { type FoundLabel, listLabelsById } from './id-queries.ts';
import { groundTruth, type LabelPlace, seqOfLabelId } from './rules.ts';

export type { FoundLabel };

/** Labels by our own ids, whichever run made them; what is not there, or has lost its item, is not among them. */
export async function findLabels(
  db: Database,
  dataset: Omit<LabelPlace, 'runId'>,
  labelIds: readonly string[],
): Promise<FoundLabel[]> {
  const placed = [...new Set(labelIds)].flatMap((id) => {
    const seq = seqOfLabelId(id);
    return seq === undefined ? [] : [{ id, seq, isPrediction: id.startsWith('pred_') }];
  });
  const found: FoundLabel[] = [];
  for (const isPrediction of [false, true]) {
    const some = placed.filter((each) => each.isPrediction === isPrediction);
    if (some.length === 0) continue;
    const runIds = isPrediction ? await listRunIds(db, dataset.tenantId, dataset.datasetId) : [groundTruth];
    const seqs = [...new Set(some.map(({ seq }) => seq))];
    const ids = some.map(({ id }) => id);
    for (const runId of runIds) found.push(...(await listLabelsById(db, { ...dataset, runId }, ids, seqs)));
  }
  return found;
}
