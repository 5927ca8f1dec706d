import { AppError } from '@nucleus/shared/failure/app-error';

/** A dataset that is not there and one of another tenant look the same. */
export function datasetNotFound(datasetId: string): AppError {
  return new AppError('dataset-not-found', `There is no dataset ${safeId(datasetId)}.`);
}

/** An id from a path, short enough to stand in a sentence. */
function safeId(id: string): string {
  return /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : 'of that id';
}

/** JSON of a column, null when there is none. */
export function parseStored<Value>(text: string | null): Value | null {
  return text === null ? null : (JSON.parse(text) as Value);
}
