import { z } from 'zod';
import { utf8Bytes, WellFormedText } from '../ids/ids.ts';
import type { Endpoint } from './endpoint.ts';
import { JsonObject, ProjectName } from './tasks.ts';

/** A stored file. `attachment_url` is what tasks and items name it by; nothing answers its bytes. */
export const ScaleFile = z.object({
  id: z.string(),
  attachment_url: z.string(),
  display_name: z.string().nullable(),
  reference_id: z.string().nullable(),
  project_name: z.string().nullable(),
  metadata: JsonObject,
  mime_type: z.string(),
  size: z.int(),
  sha256: z.string(),
  created_at: z.string(),
  /** When a task or an item first used it. A file that none has used is removed 7 days after it came. */
  used_at: z.string().nullable(),
});
export type ScaleFile = z.infer<typeof ScaleFile>;

const FileName = WellFormedText.refine((text) => utf8Bytes(text) <= 1024, 'must be at most 1,024 bytes');

export const FileFields = z.object({
  display_name: FileName.nullish(),
  project_name: ProjectName.nullish(),
  reference_id: FileName.refine((text) => text.length > 0, 'must not be empty').nullish(),
  metadata: JsonObject.nullish(),
});
export type FileFields = z.infer<typeof FileFields>;

/** Scale Files (wire contract 18). */
export const fileEndpoints = {
  uploadFile: {
    method: 'post',
    path: '/v1/files/upload',
    access: 'write',
    summary: 'Upload one image (multipart: file, display_name, project_name, reference_id, metadata)',
    reply: ScaleFile,
    errors: ['conflict', 'attachment-refused', 'body-too-large', 'project-not-found'],
    dialect: 'nucleus',
  },
  importFile: {
    method: 'post',
    path: '/v1/files/import',
    access: 'write',
    summary: 'Fetch one image from an address and keep it',
    body: FileFields.extend({
      file_url: WellFormedText.refine((url) => url.length > 0 && url.length <= 4096, 'must be 1 to 4,096 characters'),
    }),
    reply: ScaleFile,
    errors: ['conflict', 'attachment-unreachable', 'attachment-refused', 'project-not-found'],
    dialect: 'nucleus',
  },
  listFiles: {
    method: 'get',
    path: '/v1/files',
    access: 'read',
    summary: 'Files, newest first, by cursor',
    query: z.object({
      project: ProjectName.optional(),
      limit: z.coerce.number<string>().int().min(1).max(100).default(100),
      cursor: z.string().max(256).optional(),
    }),
    reply: z.object({ docs: z.array(ScaleFile), has_more: z.boolean(), cursor: z.string().nullable() }),
    errors: [],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
