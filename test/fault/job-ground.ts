/** What jobs of tests work over: datasets that make them take several steps. */
import type { Acting } from '../../cloud-api/src/audit/acting.ts';
import type { OpenDatabase } from '../../cloud-api/src/database/open-database.ts';
import { createDataset } from '../../cloud-api/src/datasets/create-dataset.ts';
import { appendItems } from '../../cloud-api/src/items/append-items.ts';
import type { JobStores } from '../../cloud-api/src/serve/run-jobs.ts';

export interface JobGround {
  db: OpenDatabase['db'];
  stores: Omit<JobStores, 'linkSecret'>;
  acting: Acting;
  /** Where `/vectors.json` is. */
  filesUrl: string;
}

export interface JobCase {
  name: string;
  /** Fewer would prove little. */
  leastSteps: number;
  start: (ground: JobGround) => Promise<{ jobId: string; datasetId: string }>;
}

const amount = 1_300;
export const references = Array.from({ length: amount }, (_, i) => `item/${i}`);

export const anItem = (reference: string, i: number, over: object = {}) => ({
  reference_id: reference,
  image_url: `https://images.test/${i}`,
  width: 4,
  height: 3,
  phash: (i * 2_654_435_761).toString(2).padStart(64, '0').slice(-64),
  metadata: { at: i },
  ...over,
});

export async function aDataset({ db, acting }: JobGround): Promise<string> {
  return db.transaction().execute((tx) => createDataset(tx, acting, { name: 'set', isPrivate: true }));
}

/** A dataset with items, each with what `over` says. */
export async function aFullDataset(ground: JobGround, over: (i: number) => object = () => ({})): Promise<string> {
  const datasetId = await aDataset(ground);
  const items = references.map((reference, i) => anItem(reference, i, over(i)));
  await appendItems({ ...ground.stores, db: ground.db }, ground.acting, datasetId, { items, update: false });
  return datasetId;
}
