/** Brings in the picture of an item again, from its address. What it shows stays until the new one is ready, or for good if it fails. */
import { AppError } from '@nucleus/shared/failure/app-error';
import type { Metadata } from '@nucleus/shared/wire/dataset-item';
import { z } from 'zod';
import type { Acting } from '../audit/acting.ts';
import type { Database } from '../database/open-database.ts';
import { appendItemsIn } from '../items/append-items.ts';
import type { ReadItem } from '../items/read-appended.ts';
import { getItemById } from '../items/read-items.ts';
import { refKey } from '../items/rules.ts';
import type { JobHandler } from '../job-queue/job.ts';
import { bringIn, type FetchSubject, moving, type Outcome } from './bring-in.ts';
import { changeItemFetch, type ItemPlace } from './fetch-queries.ts';
import type { KeptImage } from './kept-image.ts';
import type { Attachments } from './open-attachments.ts';
import { findItemAsset } from './queries.ts';

const noWords = { width: null, height: null, phash: null };
const Place = z.object({ datasetId: z.string(), itemId: z.string() });

export function refetchJob(db: Database, attachments: Attachments): JobHandler {
  return async (run) => {
    const place = Place.parse(run.job.input);
    const subject: FetchSubject = {
      begin: (tx, acting) => beginFetch(tx, acting, place),
      arrived: async ({ tenantId, nowMs }) => {
        await changeItemFetch(db, tenantId, place, { state: 'processing', updated_at: nowMs }, ['fetching']);
      },
      wait: async (tx, { tenantId, nowMs }, { code, message }) => {
        await changeItemFetch(tx, tenantId, place, { state: 'pending', code, message, updated_at: nowMs }, moving);
      },
      settle: (tx, acting, outcome) => settleFetch(tx, acting, place, outcome),
    };
    await bringIn(run, attachments, subject);
  };
}

/** An item that has gone, or has another picture by now, is not fetched for any more. */
async function beginFetch(
  tx: Database,
  { tenantId, nowMs }: Acting,
  place: ItemPlace,
): Promise<{ url: string; tries: number } | undefined> {
  const before = await changeItemFetch(tx, tenantId, place, { updated_at: nowMs }, moving);
  if (before === undefined) return undefined;
  const tries = before.tries + 1;
  await changeItemFetch(tx, tenantId, place, { state: 'fetching', tries }, moving);
  const item = await findItem(tx, tenantId, place);
  return item === undefined ? undefined : { url: item.imageUrl, tries };
}

async function findItem(tx: Database, tenantId: string, { datasetId, itemId }: ItemPlace) {
  return getItemById(tx, tenantId, datasetId, itemId).catch((error: unknown) => {
    if (error instanceof AppError && error.status === 404) return undefined;
    throw error;
  });
}

async function settleFetch(tx: Database, acting: Acting, place: ItemPlace, { kept, fault }: Outcome): Promise<void> {
  const { tenantId, nowMs } = acting;
  if ((await changeItemFetch(tx, tenantId, place, { updated_at: nowMs }, moving)) === undefined) return;
  const failed = kept === undefined ? fault : await replacePicture(tx, acting, place, kept);
  if (failed === undefined) return;
  const { code, message } = failed;
  await changeItemFetch(tx, tenantId, place, { state: 'error', code, message, updated_at: nowMs }, moving);
}

/** The same as an append that updates the item with another picture; which ends the fetch as well. */
async function replacePicture(
  tx: Database,
  acting: Acting,
  place: ItemPlace,
  kept: KeptImage,
): Promise<{ code: string; message: string } | undefined> {
  const item = await findItem(tx, acting.tenantId, place);
  if (item === undefined) return { code: 'item_gone', message: 'The item is not there any more.' };
  const { referenceId, imageUrl } = item;
  // What a caller has said of the picture of an item that never had one still wins over what is found.
  const isFirst = (await findItemAsset(tx, acting.tenantId, place.itemId)) === undefined;
  const { width, height, phash } = isFirst ? item : noWords;
  const metadata = JSON.parse(item.userMetadata) as Metadata;
  const read: ReadItem = {
    raw: { reference_id: referenceId },
    place: 0,
    refKey: refKey(referenceId),
    update: true,
    item: { reference_id: referenceId, image_url: imageUrl, metadata, width, height, phash },
  };
  const pictures = new Map([[read, { kept }]]);
  const prepared = { good: [read], bad: [], pictures, keepsUnfetched: false, uploadedUrl: undefined };
  const { error_payload } = await appendItemsIn(tx, acting, place.datasetId, prepared);
  const [refused] = (error_payload ?? []) as { error?: string }[];
  return refused === undefined
    ? undefined
    : { code: 'item_refused', message: refused.error ?? 'The item was not changed.' };
}
