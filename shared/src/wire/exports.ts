import { z } from 'zod';
import { StoredLabel } from './annotations.ts';
import { DatasetItem, Metadata } from './dataset-item.ts';
import type { Endpoint } from './endpoint.ts';
import { JobHead } from './jobs.ts';
import { NextPage, PageRequest } from './page.ts';
import { SceneEntry } from './scenes.ts';

const Labels = z.array(z.json());

/** An item with its labels; the client reads all seven lists, so that each is there even if it is empty (wire contract 8.2). */
const TrainingRow = z.object({
  item: DatasetItem.extend({ processed_url: z.string().optional() }),
  box: Labels,
  line: Labels,
  polygon: Labels,
  keypoints: Labels,
  cuboid: Labels,
  category: Labels,
  multicategory: Labels,
  segmentation: z.json().nullable(),
});

export const RawItem = z.object({
  id: z.string(),
  ref_id: z.string(),
  metadata: Metadata,
  original_url: z.string(),
  scale_url: z.string(),
});
export type RawItem = z.infer<typeof RawItem>;

const exportFormats = ['csv', 'jsonl', 'coco'] as const;
export const ExportFormat = z.enum(exportFormats);
export type ExportFormat = z.infer<typeof ExportFormat>;

/** Rows of an export. */
export const Rows = z.object({ exportedRows: z.array(TrainingRow) });
export const RowPage = z.object({ data: z.array(TrainingRow), ...NextPage });
const ClassLabels = z.object({ data: z.array(z.string()) });
export const SlicePage = PageRequest.extend({ chip: z.boolean().nullish() });

/** Exports of datasets and slices: in Nucleus' own shapes, and as files. */
export const exportEndpoints = {
  exportDatasetForTraining: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/exportForTraining',
    access: 'export',
    summary: 'All items of a dataset with their labels',
    reply: Rows,
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  pageDatasetForTraining: {
    method: 'post',
    path: '/v1/nucleus/dataset/:datasetId/exportForTrainingPage',
    access: 'export',
    summary: 'A page of items that meet a query, with their labels',
    body: SlicePage.extend({ query: z.string().max(8192).nullish(), onlyMostRecentTask: z.boolean().nullish() }),
    reply: RowPage,
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  listDatasetClassLabels: {
    method: 'get',
    path: '/v1/nucleus/dataset/:datasetId/class_labels',
    access: 'read',
    summary: 'Distinct labels of the annotations of a dataset',
    reply: ClassLabels,
    errors: ['dataset-not-found'],
    dialect: 'nucleus',
  },
  exportSliceForTraining: {
    method: 'get',
    path: '/v1/nucleus/slice/:sliceId/exportForTraining',
    access: 'export',
    summary: 'All items of a slice with their labels',
    reply: Rows,
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
  pageSliceForTraining: {
    method: 'post',
    path: '/v1/nucleus/slice/:sliceId/exportForTrainingPage',
    access: 'export',
    summary: 'A page of the items of a slice with their labels',
    body: SlicePage,
    reply: RowPage,
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
  listSliceClassLabels: {
    method: 'get',
    path: '/v1/nucleus/slice/:sliceId/class_labels',
    access: 'read',
    summary: 'Distinct labels of the annotations of a slice',
    reply: ClassLabels,
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
  exportRawItems: {
    method: 'get',
    path: '/v1/nucleus/slice/:sliceId/exportRawItems',
    access: 'export',
    summary: 'Addresses of the pictures of a slice',
    reply: z.object({ raw_dataset_items: z.array(RawItem) }),
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
  exportRawJson: {
    method: 'get',
    path: '/v1/nucleus/slice/:sliceId/export_raw_json',
    access: 'export',
    summary: 'Members of a slice as plain JSON; those of a slice of labels with their items',
    reply: z.array(
      z.union([
        z.object({ item: DatasetItem, annotation: StoredLabel.optional(), prediction: StoredLabel.optional() }),
        z.object({ scene: SceneEntry }),
      ]),
    ),
    errors: ['slice-not-found'],
    dialect: 'nucleus',
  },
  exportItems: {
    method: 'post',
    path: '/v1/exports/:datasetId',
    access: 'export',
    summary: 'Items that meet a query as a file, made by a job; `result` of its message holds an expiring link',
    body: z.strictObject({ format: ExportFormat, query: z.string().max(8192).default('') }),
    reply: JobHead,
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
  downloadItems: {
    method: 'get',
    path: '/v1/exports/:datasetId/:format',
    access: 'export',
    summary: 'Items that meet a query as a file: csv, jsonl or coco',
    query: z.object({ query: z.string().max(8192).optional() }),
    /** The file itself, not JSON. */
    reply: z.string(),
    errors: ['dataset-not-found'],
    dialect: 'own',
  },
} as const satisfies Record<string, Endpoint>;
