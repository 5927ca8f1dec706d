/** Jobs of labels, over a dataset that makes them take several steps. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { createDataset } from '../../cloud-api/src/datasets/create-dataset.ts';
import { startIndexObjectsJob } from '../../cloud-api/src/embeddings/index-objects-job.ts';
import { appendItems } from '../../cloud-api/src/items/append-items.ts';
import { startDeletionJob } from '../../cloud-api/src/labels/delete-job.ts';
import { groundTruth } from '../../cloud-api/src/labels/rules.ts';
import { startLabelsJob } from '../../cloud-api/src/labels/upload-job.ts';
import { writeLabels } from '../../cloud-api/src/labels/write-labels.ts';
import { createModel } from '../../cloud-api/src/models/write-model.ts';
import { openRun } from '../../cloud-api/src/models/write-run.ts';
import { aPng } from '../builders/a-picture.ts';
import { aFullDataset, anItem, type JobCase, type JobGround, references } from './job-ground.ts';

/** A dataset of `count` items that all show one stored picture. */
async function aPicturedDataset({ db, stores, acting }: JobGround, count: number): Promise<string> {
  const datasetId = await db
    .transaction()
    .execute((tx) => createDataset(tx, acting, { name: 'set', isPrivate: false }));
  const items = references.slice(0, count).map((reference, i) => anItem(reference, i, { image_url: 'a.png' }));
  const staged = await Promise.all(items.map(async () => stores.attachments.stage(Readable.from([await aPng()]))));
  await appendItems({ ...stores, db }, acting, datasetId, { items, update: false, uploads: staged });
  return datasetId;
}

const aBox = (at: number, over: object = {}) => ({
  reference_id: references[at] ?? 'nobody',
  type: 'box',
  label: at % 2 === 0 ? 'car' : 'bus',
  annotation_id: `box ${at}`,
  geometry: { x: 0, y: 0, width: 1, height: 1 },
  ...over,
});

export const labelJobCases: JobCase[] = [
  {
    name: 'uploadAnnotations',
    leastSteps: 4,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground);
      const requestId = randomBytes(16).toString('hex');
      const lines = references.map((_, at) => JSON.stringify(aBox(at)));
      lines[17] = '{broken';
      lines[800] = lines[799] as string;
      lines[900] = JSON.stringify(aBox(5_000));
      const place = { tenantId: ground.acting.tenantId, datasetId, requestId };
      await ground.stores.uploads.receive(place, Readable.from([lines.join('\n')]));
      const input = { requestId, update: false };
      const target = { ...place, runId: groundTruth };
      return { jobId: await startLabelsJob(ground.db, ground.stores.uploads, ground.acting, target, input), datasetId };
    },
  },
  {
    name: 'uploadPredictions',
    leastSteps: 3,
    start: async (ground) => {
      const { db, acting } = ground;
      const datasetId = await aFullDataset(ground);
      const reference_id = randomBytes(8).toString('hex');
      const { runId } = await openRun(
        db,
        acting,
        datasetId,
        await createModel(db, acting, { name: 'm', reference_id }),
      );
      const requestId = randomBytes(16).toString('hex');
      const lines = references.slice(0, 600).map((_, at) => JSON.stringify(aBox(at, { confidence: 0.5 })));
      lines[3] = JSON.stringify(aBox(5_000));
      const place = { tenantId: acting.tenantId, datasetId, requestId };
      await ground.stores.uploads.receive(place, Readable.from([lines.join('\n')]));
      const input = { requestId, update: false };
      return { jobId: await startLabelsJob(db, ground.stores.uploads, acting, { ...place, runId }, input), datasetId };
    },
  },
  {
    name: 'annotationDeletion',
    leastSteps: 4,
    start: async (ground) => {
      const datasetId = await aFullDataset(ground);
      const place = { tenantId: ground.acting.tenantId, datasetId, runId: groundTruth };
      const rows = references.map((_, at) => aBox(at));
      await writeLabels({ ...ground.stores, db: ground.db }, ground.acting, place, { rows, update: false });
      const gone = [...references.slice(0, 700), 'nobody'];
      return { jobId: await startDeletionJob(ground.db, ground.acting, datasetId, gone), datasetId };
    },
  },
  {
    name: 'indexingObject',
    leastSteps: 3,
    start: async (ground) => {
      const datasetId = await aPicturedDataset(ground, 24);
      const place = { tenantId: ground.acting.tenantId, datasetId, runId: groundTruth };
      const rows = references.slice(0, 24).map((_, at) => aBox(at));
      await writeLabels({ ...ground.stores, db: ground.db }, ground.acting, place, { rows, update: false });
      return {
        jobId: await startIndexObjectsJob(ground.db, ground.acting, datasetId, { annotationsOnly: true }),
        datasetId,
      };
    },
  },
];
