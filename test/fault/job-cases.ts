/** One job of each kind, over a dataset that makes it take several steps. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { createAutotag } from '../../cloud-api/src/autotags/write-examples.ts';
import { createDataset } from '../../cloud-api/src/datasets/create-dataset.ts';
import { startDeduplicationJob } from '../../cloud-api/src/deduplication/deduplicate-job.ts';
import { startDeleteIndexJob } from '../../cloud-api/src/embeddings/delete-index-job.ts';
import { startExportEmbeddingsJob } from '../../cloud-api/src/embeddings/export-job.ts';
import { startIndexFilesJob } from '../../cloud-api/src/embeddings/index-files-job.ts';
import { startIndexLayoutJob } from '../../cloud-api/src/embeddings/index-layout-job.ts';
import { startExportItemsJob } from '../../cloud-api/src/exports/export-items-job.ts';
import { startAppendJob } from '../../cloud-api/src/items/append-job.ts';
import { startMetadataJob } from '../../cloud-api/src/items/metadata-job.ts';
import { startUploadJob } from '../../cloud-api/src/scenes/upload-job.ts';
import { startBuildSliceJob, startFillJob } from '../../cloud-api/src/slices/build-slice-job.ts';
import { openQuerySlice } from '../../cloud-api/src/slices/query-slice.ts';

import { lidarScene, videoScene } from '../contract/some-scenes.ts';
import { labelJobCases } from './job-cases-of-labels.ts';
import { aDataset, aFullDataset, anItem, type JobCase, type JobGround, references } from './job-ground.ts';

const blurhash = 'LEHV6nWB2yk8pyo0adR*.7kCMdnj';

/** Vectors for every other item, one of the wrong length and one of nobody. */
export const vectorFile = JSON.stringify({
  ...Object.fromEntries(references.slice(0, 500).map((reference, i) => [reference, [i, 1, -i]])),
  'item/7': [1],
  'nobody': [1, 2, 3],
});

/** Three scenes, the last of which is there already. */
async function startScenes(
  { db, stores, acting }: JobGround,
  type: 'lidar' | 'video',
  scene: (i: number) => object,
): Promise<{ jobId: string; datasetId: string }> {
  const datasetId = await db
    .transaction()
    .execute((tx) => createDataset(tx, acting, { name: 'scenes', isScene: true, isPrivate: true }));
  const requestId = randomBytes(16).toString('hex');
  const lines = [0, 1, 0].map((i) => JSON.stringify(scene(i)));
  await stores.uploads.receive({ tenantId: acting.tenantId, datasetId, requestId }, Readable.from([lines.join('\n')]));
  const input = { requestId, update: false };
  return { jobId: await startUploadJob(db, stores.uploads, acting, datasetId, type, input), datasetId };
}

const withVector = (i: number) => ({ embedding_info: { index_id: 'mine', embedding_vector: [i, -i, 0.5] } });

export const jobCases: JobCase[] = [
  ...labelJobCases,
  {
    name: 'uploadDatasetItems',
    leastSteps: 4,
    start: async (ground) => {
      const datasetId = await aDataset(ground);
      const requestId = randomBytes(16).toString('hex');
      const lines = references.slice(0, 500).map((reference, i) => JSON.stringify(anItem(reference, i)));
      lines[17] = '{broken';
      lines[300] = lines[299] as string;
      const place = { tenantId: ground.acting.tenantId, datasetId, requestId };
      await ground.stores.uploads.receive(place, Readable.from([lines.join('\n')]));
      const input = { requestId, update: false };
      const jobId = await startAppendJob(ground.db, ground.stores.uploads, ground.acting, datasetId, input);
      return { jobId, datasetId };
    },
  },
  {
    name: 'metadataUpdate',
    leastSteps: 3,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground);
      const changes = [...references.slice(0, 400), 'nobody'].map((reference_id, i) => ({
        reference_id,
        metadata: { added: i },
      }));
      return { jobId: await startMetadataJob(ground.db, ground.acting, datasetId, changes), datasetId };
    },
  },
  {
    name: 'deduplication',
    leastSteps: 1,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground);
      return { jobId: await startDeduplicationJob(ground.db, ground.acting, datasetId, { threshold: 6 }), datasetId };
    },
  },
  {
    name: 'sliceQuery, sampled',
    leastSteps: 1,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground);
      const sample = { name: 's', sampleSize: 50, sampleMethod: 'Uniqueness' } as const;
      return { jobId: (await startBuildSliceJob(ground.db, ground.acting, datasetId, sample)).jobId, datasetId };
    },
  },
  {
    name: 'sliceQuery, frozen',
    leastSteps: 1,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground);
      const { db, acting } = ground;
      const slice = { name: 's', query: 'at < 100', live: false };
      const sliceId = await openQuerySlice(db, ground.stores.projections, acting, datasetId, slice);
      return { jobId: await startFillJob(db, acting, sliceId, slice.query), datasetId };
    },
  },
  {
    name: 'customIndexing',
    leastSteps: 4,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground);
      const input = { urls: [`${ground.filesUrl}/vectors.json`], dimension: 3 };
      return { jobId: await startIndexFilesJob(ground.db, ground.acting, datasetId, input), datasetId };
    },
  },
  {
    name: 'indexingImage',
    leastSteps: 4,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground);
      // As an agent's records would: the blurhash is the agent's own.
      await ground.db
        .updateTable('items')
        .set({ agent_metadata: JSON.stringify({ blurhash }) })
        .where('dataset_id', '=', datasetId)
        .where('seq', '<', 1_100)
        .execute();
      return { jobId: await startIndexLayoutJob(ground.db, ground.acting, datasetId), datasetId };
    },
  },
  {
    name: 'embeddingDelete',
    leastSteps: 3,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground, withVector);
      return { jobId: (await startDeleteIndexJob(ground.db, ground.acting, datasetId, 'image')).jobId, datasetId };
    },
  },
  {
    name: 'autotagInference',
    leastSteps: 4,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground, withVector);
      const examples = { positives: references.slice(0, 5), negatives: references.slice(900, 905) };
      const { jobId } = await createAutotag(ground.db, ground.acting, datasetId, { name: 'low', ...examples });
      return { jobId, datasetId };
    },
  },
  {
    name: 'uploadLidarScene',
    leastSteps: 4,
    start: (ground) => startScenes(ground, 'lidar', (i) => lidarScene(`drive/${i}`)),
  },
  {
    name: 'uploadVideoScene',
    leastSteps: 4,
    start: (ground) => startScenes(ground, 'video', (i) => videoScene(`clip-${i}`)),
  },
  {
    name: 'exportEmbeddings',
    leastSteps: 2,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground, withVector);
      return { jobId: await startExportEmbeddingsJob(ground.db, ground.acting, datasetId), datasetId };
    },
  },
  {
    name: 'exportItems',
    leastSteps: 2,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground);
      const { db, stores, acting } = ground;
      const input = { format: 'csv', query: 'at >= 3' } as const;
      return { jobId: await startExportItemsJob(db, stores.projections, acting, datasetId, input), datasetId };
    },
  },
];
