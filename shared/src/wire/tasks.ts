import { z } from 'zod';
import { utf8Bytes, WellFormedText } from '../ids/ids.ts';
import { AttachmentState, StoredExif } from './assets.ts';
import type { Endpoint } from './endpoint.ts';

/** Types of tasks that this cloud takes: what they must hold beside their attachments. */
export const taskTypes = {
  imageannotation: { needsAttachment: true, required: ['geometries'] },
  segmentannotation: { needsAttachment: true, required: ['labels'] },
  categorization: { needsAttachment: true, required: [] },
  documenttranscription: { needsAttachment: true, required: [] },
  textcollection: { needsAttachment: false, required: [] },
  namedentityrecognition: { needsAttachment: false, required: ['text'] },
} as const satisfies Record<string, { needsAttachment: boolean; required: readonly string[] }>;

const shortText = (most: number) =>
  WellFormedText.refine((text) => text.length > 0 && utf8Bytes(text) <= most, `must be 1 to ${most} bytes`);

export const ProjectName = shortText(256);
export const BatchName = shortText(256);
const UniqueId = shortText(1024);
const Tag = shortText(256);
const Tags = z.array(Tag).max(100);
export const JsonObject = z.record(WellFormedText, z.json());
/** An address as it is given; which can be fetched is found out by fetching. */
const Address = shortText(4096);
/** A plain address, or an object that holds one. */
const AttachmentRef = z.union([Address, z.looseObject({ attachment: Address }), z.looseObject({ content: Address })]);

export const CallbackUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .refine((url) => url.length <= 2048, 'must be at most 2,048 characters');

/** What creates a task. Loose: what a type needs beyond this is kept as `params`, as it was sent. */
export const CreateTask = z.looseObject({
  project: ProjectName.nullish(),
  batch: BatchName.nullish(),
  instruction: WellFormedText.refine((text) => text.length <= 100_000, 'must be at most 100,000 characters').nullish(),
  callback_url: CallbackUrl.nullish(),
  attachment: Address.nullish(),
  attachments: z.array(AttachmentRef).max(1000).nullish(),
  context_attachments: z.array(AttachmentRef).max(100).nullish(),
  unique_id: UniqueId.nullish(),
  metadata: JsonObject.nullish(),
  tags: Tags.nullish(),
});
export type CreateTask = z.infer<typeof CreateTask>;

const TaskStatus = z.enum(['pending', 'completed', 'canceled', 'error']);

/** One attachment of a task: where it is asked for, how far it is, and what went wrong, for programs and for people. */
export const TaskAttachment = z.object({
  attachment: z.string(),
  state: AttachmentState,
  code: z.string().nullable(),
  message: z.string().nullable(),
});
export type TaskAttachment = z.infer<typeof TaskAttachment>;

export const Task = z.object({
  task_id: z.string(),
  type: z.string(),
  status: TaskStatus,
  created_at: z.string(),
  updated_at: z.string(),
  completed_at: z.string().nullable(),
  instruction: z.string().nullable(),
  params: JsonObject,
  callback_url: z.string().nullable(),
  callback_succeeded: z.boolean().nullable(),
  response: z.json().nullable(),
  metadata: JsonObject,
  tags: z.array(z.string()),
  project: z.string().nullable(),
  batch: z.string().nullable(),
  unique_id: z.string().nullable(),
  is_test: z.boolean(),
  attachments: z.array(TaskAttachment),
});
export type Task = z.infer<typeof Task>;

/** An attachment as the pages show it: its size, its tries and an expiring link to what was stored. */
export const AttachmentDetail = TaskAttachment.extend({
  attachment_id: z.string(),
  role: z.enum(['attachment', 'context']),
  tries: z.int(),
  updated_at: z.string(),
  sha256: z.string().nullable(),
  bytes: z.int().nullable(),
  format: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  exif: StoredExif.nullable(),
  url: z.string().nullable(),
  /** A rendition for pages. */
  preview_url: z.string().nullable(),
});
export type AttachmentDetail = z.infer<typeof AttachmentDetail>;

/** A query parameter that may be repeated. */
const Several = <Member extends z.ZodType<string>>(member: Member) =>
  z.union([member, z.array(member).max(100)]).transform((value): string[] => (Array.isArray(value) ? value : [value]));
const Limit = z.coerce.number<string>().int().min(1).max(100).default(100);
const Moment = WellFormedText.refine((text) => text.length <= 64, 'must be a date');

export const ListTasks = z.object({
  project: ProjectName.optional(),
  batch: BatchName.optional(),
  type: shortText(64).optional(),
  status: Several(TaskStatus).optional(),
  unique_id: Several(UniqueId).optional(),
  tags: Several(Tag).optional(),
  start_time: Moment.optional(),
  end_time: Moment.optional(),
  completed_after: Moment.optional(),
  completed_before: Moment.optional(),
  updated_after: Moment.optional(),
  updated_before: Moment.optional(),
  limit: Limit,
  next_token: shortText(256).optional(),
});
export type ListTasks = z.infer<typeof ListTasks>;

/** The SDK spells truth as Python does. */
const Flag = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false', '1', '0']))
  .transform((text) => text === 'true' || text === '1');

const taskErrors = ['task-not-found'] as const;

/** Tasks of the plain Scale API (wire contract 18), and what its pages need beside it. */
export const taskEndpoints = {
  createTask: {
    method: 'post',
    path: '/v1/task/:type',
    access: 'write',
    summary: 'Create a task; its attachments are fetched, checked and stored afterwards',
    body: CreateTask,
    reply: Task,
    errors: ['task-type-not-enabled', 'attachment-missing', 'project-not-found', 'batch-not-found', 'conflict'],
    dialect: 'nucleus',
  },
  listTasks: {
    method: 'get',
    path: '/v1/tasks',
    access: 'read',
    summary: 'Tasks that meet filters, newest first, by cursor',
    query: ListTasks,
    reply: z.object({
      docs: z.array(Task),
      total: z.int(),
      limit: z.int(),
      offset: z.int(),
      has_more: z.boolean(),
      next_token: z.string().nullable(),
    }),
    errors: [],
    dialect: 'nucleus',
  },
  countTasks: {
    method: 'get',
    path: '/v1/tasks/counts',
    access: 'read',
    summary: 'How many tasks are in each state, and how many attachments still move or failed',
    query: z.object({ project: ProjectName.optional(), batch: BatchName.optional() }),
    reply: z.object({
      pending: z.int(),
      completed: z.int(),
      canceled: z.int(),
      error: z.int(),
      attachments_moving: z.int(),
      attachments_failed: z.int(),
      billed_this_month: z.int(),
    }),
    errors: [],
    dialect: 'nucleus',
  },
  getTask: {
    method: 'get',
    path: '/v1/task/:taskId',
    access: 'read',
    summary: 'A task',
    reply: Task,
    errors: taskErrors,
    dialect: 'nucleus',
  },
  listTaskAttachments: {
    method: 'get',
    path: '/v1/task/:taskId/attachments',
    access: 'read',
    summary: 'Attachments of a task with sizes, tries and expiring links to what was stored',
    reply: z.object({ attachments: z.array(AttachmentDetail) }),
    errors: taskErrors,
    dialect: 'nucleus',
  },
  refetchTask: {
    method: 'post',
    path: '/v1/task/:taskId/refetch',
    access: 'write',
    summary: 'Fetch the failed attachments of a task again; the task is pending until they are settled',
    reply: Task,
    errors: [...taskErrors, 'conflict'],
    dialect: 'nucleus',
  },
  completeTask: {
    method: 'post',
    path: '/v1/task/:taskId/complete',
    access: 'label',
    summary: 'Complete a pending task whose attachments are ready, and bill it',
    body: z.object({ response: JsonObject }),
    reply: Task,
    errors: [...taskErrors, 'conflict'],
    dialect: 'nucleus',
  },
  cancelTask: {
    method: 'post',
    path: '/v1/task/:taskId/cancel',
    access: 'write',
    summary: 'Cancel a task that is pending or in error',
    query: z.object({ clear_unique_id: Flag.default(false) }),
    body: z.object({ clear_unique_id: z.boolean().optional() }),
    reply: Task,
    errors: [...taskErrors, 'conflict'],
    dialect: 'nucleus',
  },
  setTaskMetadata: {
    method: 'post',
    path: '/v1/task/:taskId/setMetadata',
    access: 'write',
    summary: 'Replace the metadata of a task',
    body: JsonObject,
    reply: Task,
    errors: taskErrors,
    dialect: 'nucleus',
  },
  setTaskTags: {
    method: 'post',
    path: '/v1/task/:taskId/tags',
    access: 'write',
    summary: 'Replace the tags of a task',
    body: Tags,
    reply: Task,
    errors: taskErrors,
    dialect: 'nucleus',
  },
  addTaskTags: {
    method: 'put',
    path: '/v1/task/:taskId/tags',
    access: 'write',
    summary: 'Add tags to a task',
    body: Tags,
    reply: Task,
    errors: taskErrors,
    dialect: 'nucleus',
  },
  removeTaskTags: {
    method: 'delete',
    path: '/v1/task/:taskId/tags',
    access: 'write',
    summary: 'Remove tags from a task',
    body: Tags,
    reply: Task,
    errors: taskErrors,
    dialect: 'nucleus',
  },
  setTaskUniqueId: {
    method: 'post',
    path: '/v1/task/:taskId/unique_id',
    access: 'write',
    summary: 'Give a task another unique id',
    body: z.object({ unique_id: UniqueId }),
    reply: Task,
    errors: [...taskErrors, 'conflict'],
    dialect: 'nucleus',
  },
  clearTaskUniqueId: {
    method: 'delete',
    path: '/v1/task/:taskId/unique_id',
    access: 'write',
    summary: 'Free the unique id of a task',
    reply: Task,
    errors: taskErrors,
    dialect: 'nucleus',
  },
} as const satisfies Record<string, Endpoint>;
