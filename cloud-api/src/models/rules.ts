import { AppError } from '@nucleus/shared/failure/app-error';
import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import type { Model } from '@nucleus/shared/wire/models';

interface KnownModel {
  modelId: string;
  name: string;
  referenceId: string;
  metadata: string;
  bundleName: string | null;
  tags: string;
  trainedSliceIds: string;
}

/** A model that is not there and one of another tenant look the same. */
export function modelNotFound(): AppError {
  return new AppError('model-not-found', 'There is no such model.');
}

/** A run that is not there, one of a deleted dataset and one of another tenant look the same. */
export function runNotFound(): AppError {
  return new AppError('model-run-not-found', 'There is no such model run.');
}

export function toModel(row: KnownModel): Model {
  return {
    id: row.modelId,
    name: row.name,
    ref_id: row.referenceId,
    metadata: JSON.parse(row.metadata) as Metadata,
    bundle_name: row.bundleName,
    tags: JSON.parse(row.tags) as string[],
    trained_slice_ids: JSON.parse(row.trainedSliceIds) as string[],
  };
}

/** What a list holds after a change: what is added comes last, nothing is there twice. */
export function changeList(json: string, change: { add?: readonly string[]; remove?: readonly string[] }): string[] {
  const kept = (JSON.parse(json) as string[]).filter((each) => !change.remove?.includes(each));
  return [...new Set([...kept, ...(change.add ?? [])])];
}
