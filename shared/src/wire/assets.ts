import { z } from 'zod';
import { type RecordField, recordFields } from '../record/fields.ts';
import { shapeSchema } from '../record/record.ts';
import type { Endpoint } from './endpoint.ts';

/** The picture as it came, or a WebP whose longer edge is at most so many pixels, made when it is first asked for. */
export const ObjectVariant = z.enum(['original', 'preview-256', 'preview-1024', 'preview-2048']);
export type ObjectVariant = z.infer<typeof ObjectVariant>;

/** How far a picture is that was asked for: it is `ready` or in `error` at the end. */
export const AttachmentState = z.enum(['pending', 'fetching', 'processing', 'ready', 'error']);
export type AttachmentState = z.infer<typeof AttachmentState>;

/** Fields of a record that EXIF tells. */
const exifFields = [
  'orientation',
  'capture_local',
  'capture_time',
  'exposure_us',
  'iso',
  'f_number',
  'focal_length_mm',
  'camera_make',
  'camera_model',
  'lat',
  'lon',
] as const satisfies RecordField[];

/**
 * What is kept of the EXIF of a picture that was uploaded: the fields that an agent reads, and no other tag. Unlike an agent's it holds the
 * exact position, because who may see this may open the original, which says it as well; smaller pictures hold none of it. It stands
 * beside an item's metadata, which stays the caller's.
 */
export const StoredExif = z.object(
  Object.fromEntries(exifFields.map((name) => [name, shapeSchema(recordFields[name].shape).optional()])),
) as unknown as z.ZodType<Partial<Record<(typeof exifFields)[number], string | number>>>;
export type StoredExif = z.infer<typeof StoredExif>;

/**
 * What is stored of an item's picture, and how far a fetch of it is. What was stored before stays until another one is ready. `state` is
 * null where nothing is stored and nothing will be: in privacy mode, and of items of agents; then `message` says why.
 */
export const ItemAttachment = z.object({
  attachment: z.string(),
  state: AttachmentState.nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  /** Fetches since it was asked for last, and when the state changed; null for one that was never fetched again. */
  tries: z.int().nullable(),
  updated_at: z.string().nullable(),
  /** Whether its address can be fetched again; uploaded files have none. */
  can_refetch: z.boolean(),
  sha256: z.string().nullable(),
  bytes: z.int().nullable(),
  format: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  /** Null where nothing is stored, and of what was stored before it was read. */
  exif: StoredExif.nullable(),
  url: z.string().nullable(),
  preview_url: z.string().nullable(),
});
export type ItemAttachment = z.infer<typeof ItemAttachment>;

/** Stored pictures of ordinary datasets. Both answer no JSON when they succeed: a redirect, and the bytes. */
export const assetEndpoints = {
  getAsset: {
    method: 'get',
    path: '/v1/assets/:itemId',
    access: 'read',
    summary: 'Redirect to an expiring link to an item’s stored picture or a rendition of it',
    query: z.object({
      variant: ObjectVariant.default('original'),
      /** Anything that tells one picture of an item from the next, for caches. */
      of: z.string().max(64).optional(),
    }),
    reply: z.void(),
    errors: ['item-not-found'],
    dialect: 'own',
  },
  getItemAttachment: {
    method: 'get',
    path: '/v1/insights/:datasetId/items/:itemId/attachment',
    access: 'read',
    summary: 'What is stored of an item’s picture, with expiring links to it',
    reply: ItemAttachment,
    errors: ['dataset-not-found', 'item-not-found'],
    dialect: 'own',
  },
  refetchItem: {
    method: 'post',
    path: '/v1/insights/:datasetId/items/:itemId/refetch',
    access: 'write',
    summary: 'Fetch an item’s picture from its address again; what is stored stays until the new one is ready',
    reply: ItemAttachment,
    errors: ['dataset-not-found', 'item-not-found', 'conflict'],
    dialect: 'own',
  },
  getObject: {
    method: 'get',
    path: '/o/:token',
    access: 'open',
    summary: 'Bytes that an expiring link opens; single ranges',
    reply: z.void(),
    errors: ['link-refused', 'link-expired', 'clock-skew', 'range-not-satisfiable'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
