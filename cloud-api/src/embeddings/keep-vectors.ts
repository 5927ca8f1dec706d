/**
 * Vectors that come with items, within the transaction that writes the items. Loaded at the start of a write and saved at its end; the
 * claim on the dataset keeps other writers out between.
 */
import type { EmbeddingInfo } from '@nucleus/shared/wire/dataset-item';
import type { ItemVectorsTable } from '../database/embedding-tables.ts';
import type { Database } from '../database/open-database.ts';
import { colourLayout } from './colour-layout.ts';
import { emptyVectors, listIndexes, listVectorsAt, putIndex, putVectors } from './queries.ts';
import { type IndexRow, spellVector } from './rules.ts';

export interface VectorChanges {
  /** Why a vector cannot be taken. */
  findProblem: (info: EmbeddingInfo) => string | undefined;
  /** Sets the vector of the item at a place; the first one of an index makes it and settles its length. */
  put: (seq: number, info: EmbeddingInfo) => void;
  /** The item at a place shows another picture: its blurhash, where one is known, asked for only if it is wanted. */
  show: (seq: number, blurhash: () => string | undefined) => void;
  /** The item at a place lost what its owner sent: all vectors when it is gone, else those of the owner. */
  drop: (seq: number, which: 'all' | 'own') => void;
  save: () => Promise<void>;
}

/** @param from whose vectors they are; indexes of users and of agents never mix. */
export async function takeVectors(
  tx: Database,
  place: { tenantId: string; datasetId: string },
  change: { changeNo: number; nowMs: number },
  from: 'custom' | 'agent',
): Promise<VectorChanges> {
  const known = await listIndexes(tx, place.tenantId, place.datasetId);
  const indexes = new Map(known.map((index) => [index.indexId, index]));
  const fresh: IndexRow[] = [];
  const puts = new Map<string, ItemVectorsTable>();
  const dropped = { all: new Set<number>(), own: new Set<number>() };
  /** Layouts of items that are followed only if they were indexed before. */
  const shown = new Map<number, number[] | undefined>();
  const internal = known.find(({ kind }) => kind === 'internal');

  const row = (indexId: string, seq: number, vector: readonly number[]): void => {
    puts.set(`${indexId}\n${seq}`, {
      tenant_id: place.tenantId,
      dataset_id: place.datasetId,
      index_id: indexId,
      seq,
      change_no: change.changeNo,
      vector: spellVector(vector),
    });
  };

  return {
    findProblem: ({ index_id: indexId, embedding_vector: vector }) => {
      const index = indexes.get(indexId);
      if (index === undefined) return undefined;
      if (index.kind !== from) return 'embedding_info.index_id: names an index that others fill';
      return index.dimension === vector.length
        ? undefined
        : `embedding_info.embedding_vector: this index holds vectors of ${index.dimension} numbers`;
    },
    put: (seq, { index_id: indexId, embedding_vector: vector }) => {
      if (!indexes.has(indexId)) {
        const flags = { state: 'completed', isPrimary: false, isContinuous: false } as const;
        const made = {
          indexId,
          level: 'image' as const,
          kind: from,
          dimension: vector.length,
          bornAt: change.changeNo,
          ...flags,
        };
        indexes.set(indexId, made);
        fresh.push(made);
      }
      row(indexId, seq, vector);
    },
    show: (seq, blurhashOf) => {
      if (internal === undefined) return;
      const blurhash = blurhashOf();
      const layout = blurhash === undefined ? undefined : colourLayout(blurhash);
      if (layout !== undefined && internal.isContinuous) row(internal.indexId, seq, layout);
      else shown.set(seq, layout);
    },
    drop: (seq, which) => {
      if (known.length > 0) dropped[which].add(seq);
    },
    save: async () => {
      for (const index of fresh) await putIndex(tx, place, index, change);
      await emptyVectors(tx, place, [...dropped.all], change.changeNo);
      for (const { indexId } of known.filter(({ kind }) => kind === from))
        await emptyVectors(tx, { ...place, indexId }, [...dropped.own], change.changeNo);
      if (internal !== undefined && shown.size > 0) {
        const there = { ...place, ...internal };
        for (const { seq } of await listVectorsAt(tx, there, [...shown.keys()])) {
          const layout = shown.get(seq);
          if (layout === undefined) await emptyVectors(tx, there, [seq], change.changeNo);
          else row(internal.indexId, seq, layout);
        }
      }
      await putVectors(tx, [...puts.values()]);
    },
  };
}

/** The items at places are gone, and their vectors with them. */
export function dropVectors(
  tx: Database,
  place: { tenantId: string; datasetId: string },
  seqs: readonly number[],
  changeNo: number,
): Promise<void> {
  return emptyVectors(tx, place, seqs, changeNo);
}
