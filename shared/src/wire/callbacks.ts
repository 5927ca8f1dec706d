import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/** `t=SECONDS,v1=HEX`: HMAC-SHA-256 under the tenant's callback key over `SECONDS.BODY`, the body byte for byte. */
export const callbackSignatureHeader = 'x-nucleus-signature';

export const callbackEndpoints = {
  getCallbackKey: {
    method: 'get',
    path: '/v1/callbacks/key',
    access: 'admin',
    summary: 'The key under which callbacks are signed',
    reply: z.object({ key: z.string(), header: z.string(), algorithm: z.literal('hmac-sha256') }),
    errors: [],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
