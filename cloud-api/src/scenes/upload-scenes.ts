/** Scenes one by one: each is a transaction of its own, and one that is refused leaves the others in. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { SceneCounts } from '@nucleus/shared/wire/scenes';
import type { Kysely } from 'kysely';
import type { Attachments } from '../attachments/open-attachments.ts';
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { getDataset } from '../datasets/find-dataset.ts';
import { findKnownItems } from '../items/add-items.ts';
import { refKey } from '../items/rules.ts';
import { type BroughtScene, bringScene } from './intake-scene.ts';
import { findSceneByKey } from './queries.ts';
import { type ReadScene, readScene } from './rules.ts';
import { type WrittenScene, writeScene } from './write-scene.ts';

export interface UploadParts {
  db: Kysely<Tables>;
  attachments: Attachments;
  publicOrigin: string;
}

/** A scene that is ready to be written, or the sentence why it is not. */
export type PreparedScene =
  | { scene: ReadScene; brought: BroughtScene | undefined; problem?: never }
  | { problem: string };

/** How long the files of one request may take together. */
const requestFilesMs = 45_000;

/** @throws AppError `dataset-not-found`, `dataset-holds-items` */
export async function assertTakesScenes(
  db: Database,
  tenantId: string,
  datasetId: string,
): Promise<{ isPrivate: boolean }> {
  const { isScene, isPrivate } = await getDataset(db, tenantId, datasetId);
  if (isScene) return { isPrivate };
  throw new AppError('dataset-holds-items', 'This dataset holds items: scenes cannot be added to it.');
}

/** Reads a scene and brings in its files, unless it is there already; in privacy mode nothing is ever fetched. */
export async function prepareScene(
  { db, attachments }: UploadParts,
  place: { tenantId: string; datasetId: string },
  type: ReadScene['type'],
  raw: unknown,
  isPrivate: boolean,
  signal: AbortSignal,
): Promise<PreparedScene> {
  const { scene, problem } = readScene(type, raw, isPrivate);
  if (scene === undefined) return { problem };
  if ((await findSceneByKey(db, place, refKey(scene.referenceId))) !== undefined) return { scene, brought: undefined };
  const taken = await findKnownItems(
    db,
    place,
    scene.frames.map(({ item }) => item.reference_id),
  );
  const twice = scene.frames.find(({ item }) => taken.has(item.reference_id));
  if (twice !== undefined)
    return { problem: `frames.${twice.frame}: an item of this dataset has the reference_id already` };
  try {
    return { scene, brought: await bringScene(attachments, place.tenantId, scene, signal) };
  } catch (error) {
    if (error instanceof AppError && error.status < 500) return { problem: error.message };
    throw error;
  }
}

/** Writes a prepared scene in the caller's transaction; what is wrong with it is answered. */
export async function writePrepared(
  tx: Database,
  acting: Acting,
  datasetId: string,
  prepared: PreparedScene,
  options: { update: boolean; publicOrigin: string },
): Promise<WrittenScene | { problem: string }> {
  if (prepared.problem !== undefined) return prepared as { problem: string };
  try {
    const { scene, brought } = prepared as Extract<PreparedScene, { scene: ReadScene }>;
    return await writeScene(tx, acting, datasetId, { scene, brought, ...options });
  } catch (error) {
    // Refused before anything was written but the claim, which a next write may go on from.
    if (error instanceof AppError && error.code === 'invalid-request') return { problem: error.message };
    throw error;
  }
}

/** @returns counts, and the scenes that were refused, each with its `error` */
export async function uploadScenes(
  parts: UploadParts,
  acting: Acting,
  datasetId: string,
  type: ReadScene['type'],
  input: { scenes: readonly unknown[]; update: boolean },
): Promise<SceneCounts> {
  const { isPrivate } = await assertTakesScenes(parts.db, acting.tenantId, datasetId);
  const signal = AbortSignal.timeout(requestFilesMs);
  const place = { tenantId: acting.tenantId, datasetId };
  const counts = emptyCounts();
  const refused: unknown[] = [];
  const options = { update: input.update, publicOrigin: parts.publicOrigin };
  for (const raw of input.scenes) {
    const prepared = await prepareScene(parts, place, type, raw, isPrivate, signal);
    const done = await parts.db.transaction().execute((tx) => writePrepared(tx, acting, datasetId, prepared, options));
    count(counts, done);
    if ('problem' in done) refused.push(withError(raw, done.problem));
  }
  return {
    dataset_id: datasetId,
    ...counts,
    ...(refused.length === 0 ? {} : { error_payload: refused as SceneCounts['error_payload'] }),
  };
}

export type Counts = Omit<SceneCounts, 'dataset_id' | 'error_payload'>;

export function emptyCounts(): Counts {
  return {
    new_scenes: 0,
    updated_scenes: 0,
    ignored_scenes: 0,
    new_items: 0,
    updated_items: 0,
    ignored_items: 0,
    upload_errors: 0,
  };
}

export function count(counts: Counts, written: WrittenScene | { problem: string }): void {
  if ('problem' in written) counts.upload_errors += 1;
  else {
    counts[`${written.done}_scenes`] += 1;
    counts[`${written.done}_items`] += written.items;
  }
}

function withError(raw: unknown, error: string): unknown {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) ? { ...raw, error } : { scene: raw, error };
}
