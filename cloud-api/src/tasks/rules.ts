/** Decisions about tasks. Pure. */
import { createHash } from 'node:crypto';
import { AppError } from '@nucleus/shared/failure/app-error';
import { canonicalJson } from '@nucleus/shared/record/canonical-json';
import { type CreateTask, type Task, type TaskAttachment, taskTypes } from '@nucleus/shared/wire/tasks';
import type { TaskAttachmentsTable, TasksTable } from '../database/task-tables.ts';

export interface AttachmentOrder {
  role: 'attachment' | 'context';
  url: string;
}

type Ref = string | { attachment?: unknown; content?: unknown };

const urlOf = (ref: Ref): string => (typeof ref === 'string' ? ref : String(ref.attachment ?? ref.content));

/**
 * The attachments that a request names, in its order.
 * @throws AppError `task-type-not-enabled`, `attachment-missing`, `invalid-request`
 */
export function readAttachments(type: string, body: CreateTask): AttachmentOrder[] {
  if (!Object.hasOwn(taskTypes, type)) {
    throw new AppError('task-type-not-enabled', `Tasks of type ${type} are not enabled here.`);
  }
  const { needsAttachment, required } = taskTypes[type as keyof typeof taskTypes];
  const single = body.attachment ?? undefined;
  const own = [...(single === undefined ? [] : [single]), ...(body.attachments ?? []).map(urlOf)];
  if (needsAttachment && own.length === 0) {
    throw new AppError('attachment-missing', 'Please include an attachment or attachments parameter');
  }
  for (const name of required) {
    if (body[name] === undefined || body[name] === null) {
      throw new AppError('invalid-request', `${name}: is required for tasks of type ${type}.`, { at: name });
    }
  }
  const context = (body.context_attachments ?? []).map(urlOf);
  if (context.some((url) => own.includes(url))) {
    throw new AppError('invalid-request', 'context_attachments: may not repeat an attachment.', {
      at: 'context_attachments',
    });
  }
  return [
    ...own.map((url) => ({ role: 'attachment' as const, url })),
    ...context.map((url) => ({ role: 'context' as const, url })),
  ];
}

/** What of a request stands beside its `params`. */
const heads = ['project', 'batch', 'instruction', 'callback_url', 'unique_id', 'metadata', 'tags'];

export function paramsOfRequest(body: CreateTask): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name, value]) => !heads.includes(name) && value != null));
}

/** Tells whether two requests are the same one. */
export function requestHash(type: string, body: CreateTask): string {
  return createHash('sha256').update(canonicalJson({ type, body })).digest('hex');
}

/** `response` of a failed task: the documented sentence, and every attachment by name with its own. */
export function failedResponse(attachments: readonly TaskAttachment[]): Record<string, unknown> {
  const isDownload = attachments.some(({ code }) => code !== null && !code.startsWith('content_'));
  return {
    error: isDownload ? 'One or more attachments could not be downloaded' : 'One or more attachments have invalid data',
    attachments,
  };
}

export function toAttachment(row: TaskAttachmentsTable): TaskAttachment {
  return {
    attachment: row.url,
    state: row.state as TaskAttachment['state'],
    code: row.code,
    message: row.message,
  };
}

export function toTask(
  row: TasksTable,
  parts: { attachments: readonly TaskAttachmentsTable[]; tags: readonly string[]; isTest: boolean },
): Task {
  const iso = (at: number) => new Date(at).toISOString();
  return {
    task_id: row.id,
    type: row.type,
    status: row.status as Task['status'],
    created_at: iso(row.created_at),
    updated_at: iso(row.updated_at),
    completed_at: row.completed_at === null ? null : iso(row.completed_at),
    instruction: row.instruction,
    params: JSON.parse(row.params) as Task['params'],
    callback_url: row.callback_url,
    callback_succeeded: row.callback_succeeded === null ? null : row.callback_succeeded === 1,
    response: row.response === null ? null : (JSON.parse(row.response) as Task['response']),
    metadata: JSON.parse(row.metadata) as Task['metadata'],
    tags: [...parts.tags],
    project: row.project,
    batch: row.batch,
    unique_id: row.unique_id,
    is_test: parts.isTest,
    attachments: parts.attachments.map(toAttachment),
  };
}

/** A place in the list of tasks, newest first. */
export interface TaskPlace {
  createdAt: number;
  id: string;
}

export function spellToken({ createdAt, id }: TaskPlace): string {
  return Buffer.from(`${createdAt}:${id}`).toString('base64url');
}

/** @throws AppError `invalid-request` for a token that is not ours */
export function readToken(token: string): TaskPlace {
  const match = /^(\d{1,15}):(task_[a-z0-9]{20})$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new AppError('invalid-request', 'next_token: is not one that this server made.', { at: 'next_token' });
  }
  return { createdAt: Number(match[1]), id: match[2] };
}
