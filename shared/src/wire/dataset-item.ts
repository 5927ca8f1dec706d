import { z } from 'zod';
import { ReferenceId, WellFormedText } from '../ids/ids.ts';
import { JsonValue } from './json-value.ts';

/** Longest vector that an item may have. */
export const mostDimensions = 4_096;

/** Metadata of an item: flat or nested JSON, numbers keep their kind. */
export const Metadata = z.record(WellFormedText, JsonValue);
export type Metadata = z.infer<typeof Metadata>;

/** A vector that comes with an item, and the index that it belongs to. */
export const EmbeddingInfo = z.object({
  index_id: WellFormedText.refine((id) => id.length > 0 && id.length <= 128, 'must be 1 to 128 characters'),
  embedding_vector: z.array(z.number()).min(1).max(mostDimensions),
});
export type EmbeddingInfo = z.infer<typeof EmbeddingInfo>;

/**
 * An item as the Python client sends it (wire contract 3). Loose: other clients of Nucleus send more keys (`upload_to_scale`,
 * `update` in multipart), which are ignored.
 */
export const DatasetItemInput = z.object({
  reference_id: ReferenceId,
  image_url: WellFormedText.refine((url) => url.length > 0 && url.length <= 4096, 'must be 1 to 4,096 characters'),
  width: z.int().min(1).max(1_000_000).nullish(),
  height: z.int().min(1).max(1_000_000).nullish(),
  phash: z
    .string()
    .regex(/^[01]{64}$/, 'must be 64 characters of 0 and 1')
    .nullish(),
  metadata: Metadata.nullish(),
  embedding_info: EmbeddingInfo.nullish(),
});
export type DatasetItemInput = z.infer<typeof DatasetItemInput>;

/** An item as every route answers it: the address exactly as it was given, `metadata` always an object, `ref_id` beside `reference_id`. */
export const DatasetItem = z.object({
  id: z.string(),
  ref_id: z.string(),
  reference_id: z.string(),
  /** Of pictures and videos; a point cloud has the next one instead. */
  image_url: z.string().optional(),
  original_image_url: z.string().optional(),
  pointcloud_url: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
  phash: z.string().optional(),
  metadata: Metadata,
});
export type DatasetItem = z.infer<typeof DatasetItem>;

/** Labels by type, holding only the types that are present. */
const AnnotationsByType = z.record(z.string(), z.array(z.json()));

/** One item with its labels, as `iloc`, `refloc` and `loc` answer. */
export const ItemWithAnnotations = z.object({ item: DatasetItem, annotations: AnnotationsByType });
