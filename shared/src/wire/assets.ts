import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/** The picture as it came, or a WebP whose longer edge is at most so many pixels, made when it is first asked for. */
export const ObjectVariant = z.enum(['original', 'preview-256', 'preview-1024', 'preview-2048']);
export type ObjectVariant = z.infer<typeof ObjectVariant>;

/**
 * What is stored of an item's picture. `state` is null where nothing is stored and nothing will be: in privacy mode, and of items of
 * agents; then `message` says why.
 */
export const ItemAttachment = z.object({
  attachment: z.string(),
  state: z.literal('ready').nullable(),
  code: z.string().nullable(),
  message: z.string().nullable(),
  sha256: z.string().nullable(),
  bytes: z.int().nullable(),
  format: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
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
    query: z.object({ variant: ObjectVariant.default('original') }),
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
