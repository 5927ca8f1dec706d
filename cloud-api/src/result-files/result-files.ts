/** Files that jobs make: kept a day, opened by expiring links that are signed when somebody asks how the job stands. */
import { timingSafeEqual } from 'node:crypto';
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Keyring } from '@nucleus/shared/media/sealed-token';
import type { Database } from '../database/open-database.ts';
import type { StoredBody } from '../http/send-object.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import { listLivingResults } from './queries.ts';
import { type ResultFile, signResultLink, verifyResultLink } from './result-link.ts';
import { keepResultsMs, type ResultFormat } from './rules.ts';

const served: Record<ResultFormat, { contentType: string; ending: string }> = {
  json: { contentType: 'application/json', ending: 'json' },
  jsonl: { contentType: 'application/x-ndjson', ending: 'jsonl' },
  csv: { contentType: 'text/csv; charset=utf-8', ending: 'csv' },
  coco: { contentType: 'application/json', ending: 'coco.json' },
};

const folder = 'results';
const keyOf = ({ tenantId, jobId, part }: Omit<ResultFile, 'format'>) => `${folder}/${tenantId}/${jobId}/${part}`;

/** Keeps a file, whole or not at all; the same part again replaces it. */
export async function keepResult(
  objects: ObjectStore,
  file: Omit<ResultFile, 'format'>,
  pieces: AsyncIterable<string>,
): Promise<number> {
  return objects.put(keyOf(file), toBytes(pieces));
}

async function* toBytes(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

/** Path of an expiring link. */
export function linkResult(file: ResultFile, keyring: Keyring, nowMs: number): string {
  return `/o/${signResultLink(file, keyring, nowMs)}`;
}

/**
 * What a link to a result opens; undefined for a token of another kind.
 * @throws AppError `link-expired`, `clock-skew`, `link-refused` for a file whose day is over or whose dataset was deleted
 */
export async function openResult(
  { objects, db }: { objects: ObjectStore; db: Database },
  token: string,
  keyring: Keyring,
  nowMs: number,
): Promise<(StoredBody & { isAttachment: true }) | undefined> {
  const judged = verifyResultLink(token, keyring, nowMs, timingSafeEqual);
  if (judged.verdict === 'refused') return undefined;
  if (judged.verdict === 'expired') throw new AppError('link-expired', 'This link has ended: ask for a new one.');
  if (judged.verdict === 'not-yet-valid')
    throw new AppError('clock-skew', 'This link is from the future: the clock of the server went back.');
  const { file, expiresAt } = judged;
  const key = keyOf(file);
  const job = `${file.tenantId}/${file.jobId}`;
  const isKept = (await listLivingResults(db, [job], nowMs - keepResultsMs)).has(job);
  const found = isKept ? await objects.stat(key) : undefined;
  if (found === undefined) throw new AppError('link-refused', 'This link opens nothing.');
  const { contentType, ending } = served[file.format];
  return {
    bytes: found.bytes,
    contentType,
    etag: `"${file.jobId}-${file.part}"`,
    maxAgeSeconds: expiresAt - Math.floor(nowMs / 1000),
    fileName: `${file.jobId}-${file.part}.${ending}`,
    open: (range) => objects.get(key, range),
    isAttachment: true,
  };
}

/** Removes the files of jobs that ended a day ago, or whose dataset was deleted. */
export async function sweepResults(objects: ObjectStore, db: Database, nowMs: number): Promise<void> {
  const byJob = new Map<string, string[]>();
  for await (const key of objects.list(`${folder}/`)) {
    const [, tenantId = '', jobId = ''] = key.split('/');
    const job = `${tenantId}/${jobId}`;
    byJob.set(job, [...(byJob.get(job) ?? []), key]);
  }
  const living = await listLivingResults(db, [...byJob.keys()], nowMs - keepResultsMs);
  for (const [job, keys] of byJob) if (!living.has(job)) for (const key of keys) await objects.remove(key);
}
