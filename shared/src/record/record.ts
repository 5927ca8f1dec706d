import { z } from 'zod';
import { fitsBytes, ReferenceId, WellFormedText } from '../ids/ids.ts';
import {
  customFieldKey,
  customFieldLimit,
  customFieldMaxBytes,
  type FieldShape,
  phashField,
  type RecordField,
  recordFields,
} from './fields.ts';
import { type Level, levelAllows } from './levels.ts';
import { isOnStep } from './step.ts';

/** Zod schema of one field's closed shape. */
export function shapeSchema(shape: FieldShape): z.ZodType<string | number> {
  switch (shape.kind) {
    case 'integer':
      return z.int().min(shape.min).max(shape.max);
    case 'decimal':
      return z
        .number()
        .min(shape.min)
        .max(shape.max)
        .refine((value) => isOnStep(value, shape.step), `must be a multiple of ${shape.step}`);
    case 'enum':
      return z.enum(shape.values as [string, ...string[]]);
    case 'pattern':
      return z.string().max(shape.maxBytes).regex(shape.pattern);
    case 'text':
      return WellFormedText.refine(
        (text) => fitsBytes(text, shape.maxBytes),
        `must be at most ${shape.maxBytes} bytes`,
      );
  }
}

const customValue = z.union([
  z.number(),
  WellFormedText.refine((text) => fitsBytes(text, customFieldMaxBytes), `must be at most ${customFieldMaxBytes} bytes`),
]);

/** Names an index of vectors of one length. */
export const embeddingIndexId = /^[a-z0-9_-]{1,64}$/;
export const maxEmbeddingDimensions = 512;

export const maxImageUrlLength = 4096;
export const imageUrlPattern = /^https?:\/\/[^\s?#]+$/;
export const maxRecordSidePx = 1_000_000;

/** A record: what the agent may say about one item. Absent when unknown, never null. */
export interface ItemRecord {
  reference_id: string;
  image_url: string;
  width: number;
  height: number;
  phash?: string | undefined;
  embedding_info?: { index_id: string; embedding_vector: number[] } | undefined;
  metadata: Partial<Record<RecordField, string | number>> & Record<string, string | number | undefined>;
}

/**
 * The closed outbound schema of `level`: a key that is not listed, a value out of range or a string over its cap is refused.
 * `switchedOff` names metadata fields (or `phash`) that the configuration keeps inside below the level.
 */
export function recordSchema(level: Level, switchedOff: readonly string[] = []): z.ZodType<ItemRecord> {
  const off = new Set(switchedOff);
  const shape: Record<string, z.ZodType> = {};
  for (const [name, spec] of Object.entries(recordFields)) {
    if (levelAllows(level, spec.level) && !off.has(name)) shape[name] = shapeSchema(spec.shape).optional();
  }
  const metadata =
    level === 'rich'
      ? z
          .object(shape)
          .catchall(customValue)
          .superRefine(checkCustomKeys(new Set(Object.keys(shape)), off))
      : z.strictObject(shape);
  const top: Record<string, z.ZodType> = {
    reference_id: ReferenceId,
    image_url: z.string().max(maxImageUrlLength).regex(imageUrlPattern),
    width: z.int().min(1).max(maxRecordSidePx),
    height: z.int().min(1).max(maxRecordSidePx),
    metadata,
  };
  if (levelAllows(level, phashField.level) && !off.has('phash')) {
    top.phash = shapeSchema(phashField.shape).optional();
  }
  if (level === 'rich' && !off.has('embedding_info')) {
    top.embedding_info = z
      .strictObject({
        index_id: z.string().regex(embeddingIndexId),
        embedding_vector: z.array(z.int().min(-128).max(127)).min(1).max(maxEmbeddingDimensions),
      })
      .optional();
  }
  return z.strictObject(top) as unknown as z.ZodType<ItemRecord>;
}

function checkCustomKeys(known: ReadonlySet<string>, off: ReadonlySet<string>) {
  return (value: Record<string, unknown>, context: z.RefinementCtx): void => {
    const custom = Object.keys(value).filter((key) => !known.has(key));
    for (const key of custom) {
      if (!customFieldKey.test(key) || off.has(key))
        context.addIssue({ code: 'custom', message: 'is not a field of this level', path: [key] });
    }
    if (custom.length > customFieldLimit) {
      context.addIssue({ code: 'custom', message: `has more than ${customFieldLimit} custom fields` });
    }
  };
}
