import type { Json } from '../record/canonical-json.ts';
import type { DatasetItemInput } from './dataset-item.ts';

const mostReferenceBytes = 1024;
const mostAddress = 4096;
const mostSide = 1_000_000;
const bits = /^[01]{64}$/;

/**
 * Whether an item surely meets {@link DatasetItemInput}, told without the schema, which takes twenty times as long. False says nothing: the
 * schema decides then, and words what is wrong.
 */
export function isPlainItem(value: unknown): value is DatasetItemInput {
  if (typeof value !== 'object' || value === null) return false;
  const { reference_id, image_url, width, height, phash, metadata, embedding_info } = value as Record<string, unknown>;
  return (
    isText(reference_id) &&
    reference_id.length > 0 &&
    // at most three bytes a code unit
    reference_id.length * 3 <= mostReferenceBytes &&
    isText(image_url) &&
    image_url.length > 0 &&
    image_url.length <= mostAddress &&
    isSide(width) &&
    isSide(height) &&
    (phash == null || (typeof phash === 'string' && bits.test(phash))) &&
    (metadata == null || isFlat(metadata)) &&
    embedding_info == null
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
}

function isSide(value: unknown): boolean {
  return value == null || (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= mostSide);
}

function isFlat(metadata: unknown): boolean {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return false;
  for (const key of Object.keys(metadata)) {
    if (!isText(key) || key === '__proto__') return false;
    const value = (metadata as Record<string, Json | undefined>)[key];
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) continue;
    if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  }
  return true;
}
