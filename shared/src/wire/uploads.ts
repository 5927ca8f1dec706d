import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';

/** Largest NDJSON upload: what the Python client cuts its files to. */
export const mostUploadBytes = 0x1fffffe8;

/** A file of NDJSON on its way to a job (wire contract 4.3). */
export const uploadEndpoints = {
  signUpload: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/signedUrl/:requestId',
    access: 'write',
    summary: 'An address that takes one NDJSON file by PUT within 60 minutes',
    reply: z.object({ signed_url: z.string() }),
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  putUpload: {
    method: 'put',
    path: '/o/:token',
    access: 'open',
    summary: 'Upload one file to a signed address; the address is the credential',
    reply: z.object({ bytes: z.int() }),
    errors: ['link-refused', 'link-expired', 'conflict', 'body-too-large'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
