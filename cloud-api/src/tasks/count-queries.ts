import type { Database } from '../database/open-database.ts';

interface Group {
  project: string | undefined;
  batch: string | undefined;
}

/** How many tasks of a project or a batch are in which state. */
export async function countTasksByStatus(
  db: Database,
  tenantId: string,
  { project, batch }: Group,
): Promise<Record<string, number>> {
  let query = db
    .selectFrom('tasks')
    .select((select) => ['status', select.fn.countAll<number>().as('amount')])
    .where('tenant_id', '=', tenantId);
  if (project !== undefined) query = query.where('project', '=', project);
  if (batch !== undefined) query = query.where('batch', '=', batch);
  const rows = await query.groupBy('status').execute();
  return Object.fromEntries(rows.map(({ status, amount }) => [status, Number(amount)]));
}

/** How many tasks of each batch are in which state. */
export async function countBatchTasks(
  db: Database,
  tenantId: string,
  batches: readonly string[],
): Promise<{ batch: string | null; state: string; amount: number }[]> {
  return db
    .selectFrom('tasks')
    .select((select) => ['batch', 'status as state', select.fn.countAll<number>().as('amount')])
    .where('tenant_id', '=', tenantId)
    .where('batch', 'in', [...batches])
    .groupBy(['batch', 'status'])
    .execute();
}

/** How many attachments of open or failed tasks of each batch are in which state; `ready` ones are not counted. */
export async function countBatchAttachments(
  db: Database,
  tenantId: string,
  batches: readonly string[],
): Promise<{ batch: string | null; state: string; amount: number }[]> {
  return db
    .selectFrom('task_attachments')
    .innerJoin('tasks', (join) =>
      join
        .onRef('tasks.tenant_id', '=', 'task_attachments.tenant_id')
        .onRef('tasks.id', '=', 'task_attachments.task_id'),
    )
    .select((select) => ['tasks.batch', 'task_attachments.state', select.fn.countAll<number>().as('amount')])
    .where('task_attachments.tenant_id', '=', tenantId)
    .where('task_attachments.state', 'in', ['pending', 'fetching', 'processing', 'error'])
    .where('tasks.batch', 'in', [...batches])
    .where('tasks.status', 'in', ['pending', 'error'])
    .groupBy(['tasks.batch', 'task_attachments.state'])
    .execute();
}

/** How many attachments of open or failed tasks are in which state; `ready` ones are not counted. */
export async function countAttachmentsByState(
  db: Database,
  tenantId: string,
  { project, batch }: Group,
): Promise<Record<string, number>> {
  let query = db
    .selectFrom('task_attachments')
    .innerJoin('tasks', (join) =>
      join
        .onRef('tasks.tenant_id', '=', 'task_attachments.tenant_id')
        .onRef('tasks.id', '=', 'task_attachments.task_id'),
    )
    .select((select) => ['task_attachments.state', select.fn.countAll<number>().as('amount')])
    .where('task_attachments.tenant_id', '=', tenantId)
    .where('task_attachments.state', 'in', ['pending', 'fetching', 'processing', 'error'])
    .where('tasks.status', 'in', ['pending', 'error']);
  if (project !== undefined) query = query.where('tasks.project', '=', project);
  if (batch !== undefined) query = query.where('tasks.batch', '=', batch);
  const rows = await query.groupBy('task_attachments.state').execute();
  return Object.fromEntries(rows.map(({ state, amount }) => [state, Number(amount)]));
}
