import { AppError } from '@nucleus/shared/failure/app-error';
import type { Autotag } from '@nucleus/shared/wire/autotags';

/** An autotag that is there. */
export interface AutotagRow {
  autotagId: string;
  datasetId: string;
  name: string;
  basis: 'embedding' | 'phash';
  state: 'started' | 'completed' | 'errored';
  /** Which scores are answered; 0 before the first training. */
  generation: number;
  lastGeneration: number;
  refinementSteps: number;
  refinementPositives: number;
  refinementMs: number;
}

const states = { started: 'Started', completed: 'Completed', errored: 'Errored' } as const;

export function toAutotag({ autotagId, name, state }: AutotagRow): Autotag {
  return { id: autotagId, name, status: states[state], autotag_level: 'Image' };
}

/** Scores are kept as whole millionths: both databases order them alike. */
export const scoreUnit = 1_000_000;

export function toMillionths(score: number): number {
  // adding 0 makes -0 a 0
  return Math.round(score * scoreUnit) + 0;
}

/** Where a score counts as tagged unless a request says otherwise. */
export const defaultThreshold = 0;

/** An autotag that is not there and one of another tenant look the same. */
export function autotagNotFound(): AppError {
  return new AppError('autotag-not-found', 'There is no such autotag.');
}

/**
 * What users said, with what they say now: the last word about an item counts.
 * @throws AppError `invalid-request` for an item on both sides of one request
 */
export function joinExamples(positives: readonly number[], negatives: readonly number[]): Map<number, boolean> {
  const sides = new Map(positives.map((seq) => [seq, true]));
  for (const seq of negatives) {
    if (sides.has(seq))
      throw new AppError('invalid-request', 'An item is named as a positive and as a negative example.');
    sides.set(seq, false);
  }
  return sides;
}
