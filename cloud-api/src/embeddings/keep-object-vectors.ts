/**
 * Vectors that come with boxes and polygons, within the transaction that writes these. Loaded at the start of a write and saved at its end; the
 * claim on the dataset keeps other writers out between.
 */
import type { Database } from '../database/open-database.ts';
import { newId } from '../ids/new-id.ts';
import { putObjectVectors, type RunPlace, removeObjectVectors } from './object-queries.ts';
import { listIndexes, putIndex } from './queries.ts';
import { spellVector } from './rules.ts';

export interface ObjectVectorChanges {
  /** Why a vector cannot be taken. */
  findProblem: (vector: readonly number[]) => string | undefined;
  /** What a label that was written says now, a vector or none; the first vector makes the index and settles its length. */
  put: (label: { seq: number; labelId: string; isKnown: boolean }, vector: readonly number[] | undefined) => void;
  save: () => Promise<void>;
}

export async function takeObjectVectors(
  tx: Database,
  place: RunPlace,
  change: { changeNo: number; nowMs: number },
): Promise<ObjectVectorChanges> {
  const indexes = await listIndexes(tx, place.tenantId, place.datasetId, 'object');
  const there = indexes.find(({ kind, state }) => kind === 'custom' && state !== 'errored');
  let dimension = there?.dimension;
  const vectors = new Map<string, { seq: number; vector: readonly number[] | undefined }>();
  return {
    findProblem: (vector) =>
      dimension === undefined || dimension === vector.length
        ? undefined
        : `embedding_vector: has ${vector.length} numbers, and those of this dataset's objects have ${dimension}`,
    put: ({ seq, labelId, isKnown }, vector) => {
      dimension ??= vector?.length;
      if (vector !== undefined || (isKnown && indexes.length > 0)) vectors.set(labelId, { seq, vector });
    },
    save: async () => {
      const changed = [...vectors];
      if (changed.length === 0) return;
      // Those of the pictures inside go as well: the label may show another part now.
      if (indexes.length > 0) {
        const seqs = [...new Set(changed.map(([, { seq }]) => seq))];
        await removeObjectVectors(
          tx,
          place,
          seqs,
          changed.map(([labelId]) => labelId),
        );
      }
      if (dimension === undefined) return;
      const indexId = there?.indexId ?? newId('index');
      if (there === undefined)
        await putIndex(tx, place, { indexId, level: 'object', kind: 'custom', dimension, state: 'completed' }, change);
      const rows = changed.flatMap(([labelId, { seq, vector }]) =>
        vector === undefined ? [] : [{ seq, label_id: labelId, vector: spellVector(vector) }],
      );
      const owner = { tenant_id: place.tenantId, dataset_id: place.datasetId, run_id: place.runId, index_id: indexId };
      await putObjectVectors(
        tx,
        rows.map((row) => ({ ...owner, ...row })),
      );
    },
  };
}

/** The labels of items are gone, and their vectors with them. */
export function dropObjectVectors(tx: Database, place: RunPlace, seqs: readonly number[]): Promise<void> {
  return removeObjectVectors(tx, place, seqs);
}
