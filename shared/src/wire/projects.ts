import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { BatchName, CallbackUrl, JsonObject, ProjectName } from './tasks.ts';

export const Project = z.object({
  name: z.string(),
  type: z.string(),
  created_at: z.string(),
  /** Every version of the parameters, the newest last. */
  param_history: z.array(z.looseObject({ version: z.int(), created_at: z.string() })),
});
export type Project = z.infer<typeof Project>;

export const BatchStatus = z.enum(['staging', 'in_progress', 'completed']);
export type BatchStatus = z.infer<typeof BatchStatus>;

export const Batch = z.object({
  name: z.string(),
  status: BatchStatus,
  project: z.string(),
  created_at: z.string(),
  callback: z.string().nullable(),
  metadata: JsonObject,
});
export type Batch = z.infer<typeof Batch>;

/** A batch as its page shows it: how many of its tasks, and of their attachments, are in which state. */
export const BatchView = Batch.extend({
  tasks: z.object({ pending: z.int(), completed: z.int(), canceled: z.int(), error: z.int() }),
  attachments_moving: z.int(),
  attachments_failed: z.int(),
});
export type BatchView = z.infer<typeof BatchView>;

const Moment = z.string().max(64);
const ListBatches = z.object({
  project: ProjectName.optional(),
  status: BatchStatus.optional(),
  start_time: Moment.optional(),
  end_time: Moment.optional(),
  limit: z.coerce.number<string>().int().min(1).max(100).default(100),
  offset: z.coerce.number<string>().int().min(0).max(1_000_000).default(0),
});
export type ListBatches = z.infer<typeof ListBatches>;

/** Projects and batches of the plain Scale API (wire contract 18). */
export const projectEndpoints = {
  createProject: {
    method: 'post',
    path: '/v1/projects',
    access: 'write',
    summary: 'Create a project, whose parameters its tasks inherit',
    body: z.looseObject({ name: ProjectName, type: z.string().max(64), params: JsonObject.nullish() }),
    reply: Project,
    errors: ['task-type-not-enabled', 'conflict'],
    dialect: 'nucleus',
  },
  listProjects: {
    method: 'get',
    path: '/v1/projects',
    access: 'read',
    summary: 'All projects',
    reply: z.array(Project),
    errors: [],
    dialect: 'nucleus',
  },
  getProject: {
    method: 'get',
    path: '/v1/projects/:projectName',
    access: 'read',
    summary: 'A project',
    reply: Project,
    errors: ['project-not-found'],
    dialect: 'nucleus',
  },
  setProjectParams: {
    method: 'post',
    path: '/v1/projects/:projectName/setParams',
    access: 'write',
    summary: 'Give a project another version of its parameters; `patch` keeps those that are not named',
    body: z.looseObject({ patch: z.boolean().optional() }),
    reply: Project,
    errors: ['project-not-found'],
    dialect: 'nucleus',
  },
  createBatch: {
    method: 'post',
    path: '/v1/batches',
    access: 'write',
    summary: 'Create a batch of a project; it takes tasks until it is finalized',
    body: z.looseObject({ project: ProjectName, name: BatchName, callback: CallbackUrl.nullish() }),
    reply: Batch,
    errors: ['project-not-found', 'conflict'],
    dialect: 'nucleus',
  },
  listBatches: {
    method: 'get',
    path: '/v1/batches',
    access: 'read',
    summary: 'Batches, newest first',
    query: ListBatches,
    reply: z.object({
      docs: z.array(Batch),
      totalDocs: z.int(),
      limit: z.int(),
      offset: z.int(),
      has_more: z.boolean(),
    }),
    errors: [],
    dialect: 'nucleus',
  },
  listBatchViews: {
    method: 'get',
    path: '/v1/insights/batches',
    access: 'read',
    summary: 'Batches with counts of their tasks and attachments, newest first',
    query: ListBatches,
    reply: z.object({ batches: z.array(BatchView), total: z.int() }),
    errors: [],
    dialect: 'own',
  },
  getBatch: {
    method: 'get',
    path: '/v1/batches/:batchName',
    access: 'read',
    summary: 'A batch',
    reply: Batch,
    errors: ['batch-not-found'],
    dialect: 'nucleus',
  },
  getBatchStatus: {
    method: 'get',
    path: '/v1/batches/:batchName/status',
    access: 'read',
    summary: 'State of a batch and how many of its tasks are in which',
    reply: z.object({
      status: BatchStatus,
      pending: z.int().optional(),
      completed: z.int().optional(),
      canceled: z.int().optional(),
      error: z.int().optional(),
    }),
    errors: ['batch-not-found'],
    dialect: 'nucleus',
  },
  finalizeBatch: {
    method: 'post',
    path: '/v1/batches/:batchName/finalize',
    access: 'write',
    summary: 'Close a batch for new tasks; doing it again changes nothing',
    reply: Batch,
    errors: ['batch-not-found'],
    dialect: 'nucleus',
  },
  setBatchMetadata: {
    method: 'post',
    path: '/v1/batches/:batchName/setMetadata',
    access: 'write',
    summary: 'Replace the metadata of a batch',
    body: JsonObject,
    reply: Batch,
    errors: ['batch-not-found'],
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
