/** Removes labels in the caller's transaction, whose claim on the dataset gives the change number. */
import type { Database } from '../database/open-database.ts';
import { dropObjectVectors } from '../embeddings/keep-object-vectors.ts';
import { listHeads, listOfTaxonomy, putTotals, removeLabels, removeOfTaxonomy } from './queries.ts';
import { type LabelPlace, type Total, totalsOf } from './rules.ts';

/** Removes the labels of items. Answers how many went. */
export async function dropLabels(
  tx: Database,
  place: LabelPlace,
  seqs: readonly number[],
  changeNo: number,
): Promise<number> {
  if (seqs.length === 0) return 0;
  const removed = await removeLabels(tx, place, seqs);
  if (removed === 0) return 0;
  await dropObjectVectors(tx, place, seqs);
  await writeTotals(tx, place, new Map(seqs.map((seq) => [seq, []])), changeNo);
  return removed;
}

/** Removes up to `most` labels of a taxonomy. Answers how many it found. */
export async function dropOfTaxonomy(
  tx: Database,
  dataset: Omit<LabelPlace, 'runId'>,
  taxonomy: string,
  changeNo: number,
  most: number,
): Promise<number> {
  const found = await listOfTaxonomy(tx, dataset, taxonomy, most);
  for (const runId of new Set(found.map((row) => row.runId))) {
    const place = { ...dataset, runId };
    const seqs = [...new Set(found.flatMap((row) => (row.runId === runId ? [row.seq] : [])))];
    await removeOfTaxonomy(tx, place, taxonomy, seqs);
    const heads = await listHeads(tx, place, seqs);
    const left = seqs.map((seq) => [seq, totalsOf(heads.filter((head) => head.seq === seq))] as const);
    await writeTotals(tx, place, new Map(left), changeNo);
  }
  return found.length;
}

async function writeTotals(
  tx: Database,
  { tenantId, datasetId, runId }: LabelPlace,
  totals: ReadonlyMap<number, Total[]>,
  changeNo: number,
): Promise<void> {
  await putTotals(
    tx,
    Array.from(totals, ([seq, left]) => ({
      tenant_id: tenantId,
      dataset_id: datasetId,
      run_id: runId,
      seq,
      change_no: changeNo,
      totals: JSON.stringify(left),
    })),
  );
}
