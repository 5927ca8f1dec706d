import { AppError } from '@nucleus/shared/failure/app-error';
import type { CreateTask, Task } from '@nucleus/shared/wire/tasks';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import { claimBatch } from '../batches/write-batches.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import { newId } from '../ids/new-id.ts';
import { getProject, paramsOf } from '../projects/projects.ts';
import { enqueueFetch } from './enqueue-fetch.ts';
import { findTaskByKey, insertAttachments, insertTask, putTags } from './queries.ts';
import { getTask } from './read-tasks.ts';
import { paramsOfRequest, readAttachments, requestHash } from './rules.ts';

export interface NewTask {
  type: string;
  body: CreateTask;
  /** Of the request's header `idempotency-key`. */
  idempotencyKey?: string | undefined;
}

/**
 * Creates a task and the jobs that bring in its attachments. The same request with the same unique id or idempotency key is answered
 * the task that it made before.
 * @throws AppError `task-type-not-enabled`, `attachment-missing`, `invalid-request`, `project-not-found`, `batch-not-found`, `conflict`
 */
export function createTask(db: Kysely<Tables>, acting: Acting, task: NewTask): Promise<Task> {
  return db
    .transaction()
    .execute(async (tx) => getTask(tx, acting.tenantId, (await createTaskIn(tx, acting, task)).taskId));
}

/** {@link createTask} in the caller's transaction. A refusal leaves nothing of the task in it. */
export async function createTaskIn(
  tx: Database,
  acting: Acting,
  task: NewTask,
): Promise<{ taskId: string; isNew: boolean }> {
  const { type } = task;
  const { tenantId, nowMs } = acting;
  const group = await findGroup(tx, acting, task);
  if (group.known !== undefined) return { taskId: group.known, isNew: false };
  const body = group.body;
  const orders = readAttachments(type, body);
  const taskId = newId('task');
  const added = await insertTask(tx, {
    tenant_id: tenantId,
    id: taskId,
    type,
    status: 'pending',
    project: group.project,
    batch: body.batch ?? null,
    unique_id: body.unique_id ?? null,
    idempotency_key: task.idempotencyKey ?? null,
    request_hash: requestHash(type, task.body),
    instruction: body.instruction ?? null,
    params: JSON.stringify(paramsOfRequest(body)),
    callback_url: body.callback_url ?? null,
    callback_succeeded: null,
    response: null,
    metadata: JSON.stringify(body.metadata ?? {}),
    created_at: nowMs,
    updated_at: nowMs,
    completed_at: null,
  });
  // Somebody else took the key at this moment.
  if (!added) return { taskId: (await findSame(tx, acting, task)) ?? retry(), isNew: false };
  await putTags(tx, tenantId, taskId, body.tags ?? []);
  const attachments = orders.map(({ role, url }, place) => ({
    tenant_id: tenantId,
    task_id: taskId,
    place,
    id: newId('attachment'),
    role,
    url,
    state: 'pending',
    code: null,
    message: null,
    tries: 0,
    sha256: null,
    updated_at: nowMs,
  }));
  await insertAttachments(tx, attachments);
  for (const { place, url } of attachments) await enqueueFetch(tx, acting, { taskId, place, url });
  await writeAudit(tx, acting, { action: 'task.create', targetId: taskId });
  return { taskId, isNew: true };
}

/** What the task belongs to and inherits, or the task that the same request made before. */
async function findGroup(
  tx: Database,
  acting: Acting,
  task: NewTask,
): Promise<{ known: string } | { known?: never; project: string | null; body: CreateTask }> {
  const known = await findSame(tx, acting, task);
  if (known !== undefined) return { known };
  const { body } = task;
  const batch = body.batch == null ? undefined : await claimBatch(tx, acting, body.batch);
  if (batch !== undefined && body.project != null && body.project !== batch.project) {
    throw new AppError('invalid-request', `project: the batch belongs to ${batch.project}.`, { at: 'project' });
  }
  const name = batch?.project ?? body.project ?? undefined;
  if (name === undefined) return { project: null, body };
  const project = await getProject(tx, acting.tenantId, name);
  if (project.type !== task.type) {
    throw new AppError('invalid-request', `project: ${name} holds tasks of type ${project.type}.`, { at: 'project' });
  }
  const own = Object.fromEntries(Object.entries(body).filter(([, value]) => value != null));
  return { project: name, body: { ...paramsOf(project), ...own } as CreateTask };
}

/** @throws AppError `conflict` when the key belongs to another request */
async function findSame(tx: Database, { tenantId }: Acting, task: NewTask): Promise<string | undefined> {
  const keys = { uniqueId: task.body.unique_id ?? null, idempotencyKey: task.idempotencyKey ?? null };
  if (keys.uniqueId === null && keys.idempotencyKey === null) return undefined;
  const known = await findTaskByKey(tx, tenantId, keys);
  if (known === undefined) return undefined;
  if (known.request_hash === requestHash(task.type, task.body)) return known.id;
  const what = known.unique_id !== null && known.unique_id === keys.uniqueId ? 'unique_id' : 'idempotency key';
  throw new AppError('conflict', `This ${what} belongs to another request: choose another or clear it.`);
}

function retry(): never {
  throw new AppError('overloaded', 'The same key was used by another request: try again.', { retryAfterS: 1 });
}
