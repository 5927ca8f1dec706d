/** What a classifier learns from and scores: vectors of the primary index, or the bits of perceptual hashes. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Database } from '../database/open-database.ts';
import { findPrimaryIndex } from '../embeddings/find-index.ts';
import { listPlacedVectors, placeVectors } from '../embeddings/read-vectors.ts';
import { listHashPage, listPlacedHashes } from '../items/list-hashes.ts';
import type { AutotagRow } from './rules.ts';

export interface Features {
  seq: number;
  numbers: ArrayLike<number>;
}

export interface FeatureSource {
  dimension: number;
  /** What is known of the items at places, in no order; an item without any is left out. */
  at(seqs: readonly number[]): Promise<Features[]>;
  /** Live items after a place, in insertion order. */
  after(afterSeq: number, limit: number): Promise<FeaturePage>;
}

export interface FeaturePage {
  features: Features[];
  /** Place of the last item that was looked at; undefined at the end. */
  lastSeq: number | undefined;
}

/** @throws AppError `vector-missing` when the dataset has no embedding index any more */
export async function openFeatures(
  db: Database,
  tenantId: string,
  autotag: Pick<AutotagRow, 'datasetId' | 'basis'>,
): Promise<FeatureSource> {
  const { datasetId, basis } = autotag;
  if (basis === 'phash') return hashFeatures(db, tenantId, datasetId);
  const index = await findPrimaryIndex(db, tenantId, datasetId);
  if (index === undefined) throw noIndex();
  return {
    dimension: index.dimension,
    at: async (seqs) => (await placeVectors(db, index, seqs)).map(({ seq, vector }) => ({ seq, numbers: vector })),
    after: async (afterSeq, limit) => {
      const page = await listPlacedVectors(db, index, afterSeq, limit);
      const features = page.map(({ seq, vector }) => ({ seq, numbers: vector }));
      return { features, lastSeq: page.length < limit ? undefined : page.at(-1)?.seq };
    },
  };
}

export function noIndex(): AppError {
  return new AppError(
    'vector-missing',
    'This dataset has no embedding index: upload vectors, index its pictures, or train on perceptual hashes.',
  );
}

function hashFeatures(db: Database, tenantId: string, datasetId: string): FeatureSource {
  const toFeatures = ({ seq, phash }: { seq: number; phash: string | null }): Features[] =>
    phash === null ? [] : [{ seq, numbers: bitsOf(phash) }];
  return {
    dimension: 64,
    at: async (seqs) => (await listPlacedHashes(db, tenantId, datasetId, seqs)).flatMap(toFeatures),
    after: async (afterSeq, limit) => {
      const page = await listHashPage(db, tenantId, datasetId, afterSeq + 1, limit);
      return { features: page.flatMap(toFeatures), lastSeq: page.length < limit ? undefined : page.at(-1)?.seq };
    },
  };
}

/** 1 and -1, so that neither value of a bit is nothing. */
function bitsOf(phash: string): Int8Array {
  return Int8Array.from(phash, (bit) => (bit === '1' ? 1 : -1));
}
