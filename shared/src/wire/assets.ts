import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/** Stored pictures of ordinary datasets. Both answer no JSON when they succeed: a redirect, and the bytes. */
export const assetEndpoints = {
  getAsset: {
    method: 'get',
    path: '/v1/assets/:itemId',
    access: 'read',
    summary: 'Redirect to an expiring link to an item’s stored picture',
    reply: z.void(),
    errors: ['item-not-found'],
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
