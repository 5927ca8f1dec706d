import { AppError } from '@nucleus/shared/failure/app-error';
import type { Keyring } from '@nucleus/shared/media/sealed-token';
import { taskEndpoints } from '@nucleus/shared/wire/tasks';
import type { Request } from 'express';
import type { Kysely } from 'kysely';
import { linkObject } from '../attachments/link-images.ts';
import type { Tables } from '../database/tables.ts';
import { type Mount, mountEndpoint, mountExchange } from '../http/mount-endpoint.ts';
import { bodyReader, smallBodyBytes } from '../http/read-body.ts';
import { cancelTask, changeTaskTags, refetchTask, setTaskMetadata, setTaskUniqueId } from './change-task.ts';
import { completeTask } from './complete-task.ts';
import { createTask } from './create-task.ts';
import { countTasks, getTask, listTaskAttachments, listTasks } from './read-tasks.ts';

/** A response may hold the labels of a whole picture. */
const responseBytes = 16 * 1024 * 1024;

export interface TaskParts {
  db: Kysely<Tables>;
  /** Signs links to stored attachments. */
  keyring: Keyring;
  publicOrigin: string;
  /** Told that a job waits. */
  afterEnqueue: () => void;
}

/** Mounts the tasks of wire contract 18. */
export function mountTasks(mount: Mount, { db, keyring, publicOrigin, afterEnqueue }: TaskParts): void {
  const waking = async <Result>(work: Promise<Result>): Promise<Result> => {
    const result = await work;
    afterEnqueue();
    return result;
  };
  const readBody = bodyReader(smallBodyBytes);
  mountExchange(mount, taskEndpoints.createTask, async (context, { params }, { request, response }) => {
    const body = taskEndpoints.createTask.body.parse(await readBody(request, response));
    const idempotencyKey = readIdempotencyKey(request);
    return waking(createTask(db, context, { type: params.type, body, idempotencyKey }));
  });
  mountEndpoint(mount, taskEndpoints.listTasks, ({ tenantId }, { query }) => listTasks(db, tenantId, query));
  mountEndpoint(mount, taskEndpoints.countTasks, ({ tenantId, nowMs }, { query }) =>
    countTasks(db, tenantId, query, nowMs),
  );
  mountEndpoint(mount, taskEndpoints.getTask, ({ tenantId }, { params }) => getTask(db, tenantId, params.taskId));
  mountEndpoint(mount, taskEndpoints.listTaskAttachments, async ({ tenantId, nowMs }, { params }) => ({
    attachments: await listTaskAttachments(
      db,
      tenantId,
      params.taskId,
      (object) => publicOrigin + linkObject(keyring, tenantId, object, nowMs),
    ),
  }));

  mountEndpoint(mount, taskEndpoints.refetchTask, (context, { params }) =>
    waking(refetchTask(db, context, params.taskId)),
  );
  mountEndpoint(
    mount,
    taskEndpoints.completeTask,
    (context, { params, body }) => waking(completeTask(db, context, params.taskId, body.response)),
    responseBytes,
  );
  mountEndpoint(mount, taskEndpoints.cancelTask, (context, { params, query, body }) =>
    waking(cancelTask(db, context, params.taskId, body.clear_unique_id ?? query.clear_unique_id)),
  );

  mountEndpoint(mount, taskEndpoints.setTaskMetadata, (context, { params, body }) =>
    setTaskMetadata(db, context, params.taskId, body),
  );
  for (const [endpoint, how] of [
    [taskEndpoints.setTaskTags, 'set'],
    [taskEndpoints.addTaskTags, 'add'],
    [taskEndpoints.removeTaskTags, 'remove'],
  ] as const) {
    mountEndpoint(mount, endpoint, (context, { params, body }) =>
      changeTaskTags(db, context, params.taskId, how, body),
    );
  }
  mountEndpoint(mount, taskEndpoints.setTaskUniqueId, (context, { params, body }) =>
    setTaskUniqueId(db, context, params.taskId, body.unique_id),
  );
  mountEndpoint(mount, taskEndpoints.clearTaskUniqueId, (context, { params }) =>
    setTaskUniqueId(db, context, params.taskId, null),
  );
}

/** @throws AppError `invalid-request` for a key that is no short visible text */
function readIdempotencyKey(request: Request): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new AppError('invalid-request', 'idempotency-key: must be 1 to 255 visible ASCII characters.');
}
