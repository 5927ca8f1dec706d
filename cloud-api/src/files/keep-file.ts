import type { IncomingMessage } from 'node:http';
import { AppError } from '@nucleus/shared/failure/app-error';
import { FileFields, type ScaleFile } from '@nucleus/shared/wire/files';
import type { Kysely } from 'kysely';
import { keepObject } from '../attachments/keep-object.ts';
import type { KeptImage } from '../attachments/kept-image.ts';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { parseJson } from '../http/parse-json.ts';
import { readMultipart } from '../http/read-multipart.ts';
import { newId } from '../ids/new-id.ts';
import { getProject } from '../projects/projects.ts';
import { findFile, hasReference, insertFile } from './queries.ts';
import { type StoredFile, toFile } from './rules.ts';

export interface FileParts {
  db: Kysely<Tables>;
  attachments: Attachments;
  /** Largest file. */
  maxBytes: number;
}

/** How long one file may take to be fetched or decoded while its request waits. */
const requestMs = 60_000;

/**
 * Takes one file of a multipart body. What is refused leaves nothing behind.
 * @throws AppError `invalid-request`, `conflict`, `project-not-found`, `attachment-refused`, `body-too-large`
 */
export async function uploadFile(parts: FileParts, acting: Acting, request: IncomingMessage): Promise<ScaleFile> {
  const { db, attachments, maxBytes } = parts;
  const limits = { fileBytes: maxBytes, fieldBytes: 64 * 1024, files: 1, fields: 8 };
  const { fields, files } = await readMultipart(
    request,
    limits,
    (body) => attachments.stage(body),
    (staged) => attachments.dropStaged(staged),
    readField,
  );
  const [staged] = files;
  if (staged === undefined) throw new AppError('invalid-request', 'file: is required.', { at: 'file' });
  try {
    const given = FileFields.parse(Object.fromEntries(fields));
    await assertFree(db, acting.tenantId, given);
    const kept = await attachments.keepStaged(acting.tenantId, staged, AbortSignal.timeout(requestMs));
    return await keepFile(db, acting, given, kept);
  } finally {
    await attachments.dropStaged(staged);
  }
}

/**
 * Fetches one file from an address.
 * @throws AppError `conflict`, `project-not-found`, `attachment-unreachable`, `attachment-refused`
 */
export async function importFile(
  { db, attachments }: FileParts,
  acting: Acting,
  { url, given }: { url: string; given: FileFields },
): Promise<ScaleFile> {
  await assertFree(db, acting.tenantId, given);
  const kept = await attachments.fetchImage(acting.tenantId, url, AbortSignal.timeout(requestMs));
  return keepFile(db, acting, given, kept);
}

function readField(name: string, bytes: Uint8Array): unknown {
  if (name === 'metadata') return parseJson(bytes);
  const text = Buffer.from(bytes).toString('utf8');
  return text === '' ? undefined : text;
}

/** Before the bytes are decoded and stored; the row's own index decides when two come at once. */
async function assertFree(db: Database, tenantId: string, given: FileFields): Promise<void> {
  if (given.project_name != null) await getProject(db, tenantId, given.project_name);
  if (given.reference_id != null && (await hasReference(db, tenantId, given.reference_id))) throw referenceTaken();
}

async function keepFile(db: Kysely<Tables>, acting: Acting, given: FileFields, kept: KeptImage): Promise<ScaleFile> {
  const { tenantId, nowMs } = acting;
  return db.transaction().execute(async (tx) => {
    await keepObject(tx, acting, kept);
    const id = newId('file');
    const added = await insertFile(tx, {
      tenant_id: tenantId,
      id,
      reference_id: given.reference_id ?? null,
      display_name: given.display_name ?? null,
      project_name: given.project_name ?? null,
      metadata: JSON.stringify(given.metadata ?? {}),
      sha256: kept.sha256,
      created_at: nowMs,
      used_at: null,
    });
    if (!added) throw referenceTaken();
    await writeAudit(tx, acting, { action: 'file.create', targetId: id });
    return toFile((await findFile(tx, tenantId, id)) as StoredFile);
  });
}

function referenceTaken(): AppError {
  return new AppError('conflict', 'There is a file with this reference_id already.', { at: 'reference_id' });
}
