import { utf8Bytes } from '@nucleus/shared/ids/ids';
import { customFieldKey, customFieldLimit, customFieldMaxBytes } from '@nucleus/shared/record/fields';
import { embeddingIndexId, maxEmbeddingDimensions } from '@nucleus/shared/record/record';

/**
 * What the customer says of a picture in a file beside it: `a.jpg.json` for `a.jpg`, a JSON object whose members `x_<key>` are custom
 * fields and whose `embedding_info` is a vector, both named as in the record. Everything else in it stays where it is.
 */
export interface Sidecar {
  /** Custom fields by their key with `x_`. */
  fields: Record<string, string | number>;
  vector?: { index_id: string; embedding_vector: number[] };
  /** The first thing that is wrong; what is right beside it counts all the same. */
  fault?: SidecarFault;
}

/** What is wrong with a sidecar file: a closed list, each with the sentence that people read. */
export const sidecarSentences = {
  'unreadable': 'The sidecar file could not be opened or read.',
  'too-large': 'The sidecar file has more than 64 KiB.',
  'not-json': 'The sidecar file is not JSON, or not an object.',
  'bad-key': 'A custom field’s key is not x_ and lower-case letters, digits or underscores, at most 33 characters.',
  'bad-value': 'A custom field is neither a number nor a text of at most 256 bytes.',
  'too-many-fields': 'The sidecar file has more than 32 custom fields; the first 32 by name count.',
  'bad-vector': 'embedding_info is not an index_id and at most 512 whole numbers from -128 to 127.',
  'other-type': 'A custom field or vector has another type or length than in the files before it.',
} as const;
export type SidecarFault = keyof typeof sidecarSentences;

export const maxSidecarBytes = 64 * 1024;

const pictureNames =
  /\.(jpe?g|jpe|png|apng|webp|gif|tiff?|avif|heic|heif|bmp|dib|cr2|nef|arw|dng|rw2|orf|raf|pef|srw|mp4|m4v|mov|3gp|webm|mkv)\.json$/i;

/** Whether a path is a sidecar's, by its name alone. */
export function isSidecarName(key: string): boolean {
  return key.endsWith('n') || key.endsWith('N') ? pictureNames.test(key) : false;
}

/** The path of a sidecar's picture. */
export function pictureOf(sidecarKey: string): string {
  return sidecarKey.slice(0, -'.json'.length);
}

/** Reads what a sidecar file says. Damage of any kind is a value. */
export function parseSidecar(bytes: Uint8Array): Sidecar {
  if (bytes.length > maxSidecarBytes) return { fields: {}, fault: 'too-large' };
  let said: unknown;
  try {
    said = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { fields: {}, fault: 'not-json' };
  }
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return { fields: {}, fault: 'not-json' };
  const sidecar: Sidecar = { fields: {} };
  const blame = (fault: SidecarFault): void => {
    sidecar.fault ??= fault;
  };
  const members = Object.entries(said).filter(([key]) => key.startsWith('x_'));
  for (const [key, value] of members.toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!customFieldKey.test(key)) blame('bad-key');
    else if (!isValue(value)) blame('bad-value');
    else if (Object.keys(sidecar.fields).length === customFieldLimit) blame('too-many-fields');
    else sidecar.fields[key] = value;
  }
  const vector = (said as { embedding_info?: unknown }).embedding_info;
  if (isVector(vector)) {
    sidecar.vector = { index_id: vector.index_id, embedding_vector: vector.embedding_vector };
  } else if (vector !== undefined) blame('bad-vector');
  return sidecar;
}

function isValue(value: unknown): value is string | number {
  if (typeof value === 'number') return Number.isFinite(value);
  return (
    typeof value === 'string' &&
    value.isWellFormed() &&
    !value.includes('\0') &&
    utf8Bytes(value) <= customFieldMaxBytes
  );
}

function isVector(value: unknown): value is NonNullable<Sidecar['vector']> {
  if (typeof value !== 'object' || value === null) return false;
  const { index_id: index, embedding_vector: vector } = value as Record<string, unknown>;
  return (
    typeof index === 'string' &&
    embeddingIndexId.test(index) &&
    Array.isArray(vector) &&
    vector.length >= 1 &&
    vector.length <= maxEmbeddingDimensions &&
    vector.every((value) => Number.isInteger(value) && value >= -128 && value <= 127 && !Object.is(value, -0))
  );
}
