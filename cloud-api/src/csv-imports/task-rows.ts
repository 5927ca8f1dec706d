/** Rows of a CSV that become tasks of a project: each names an attachment by its address, or holds the text itself. */
import { AppError } from '@nucleus/shared/failure/app-error';
import { CreateTask } from '@nucleus/shared/wire/tasks';
import type { Kysely } from 'kysely';
import type { CsvRowsTable, ResumableUploadsTable } from '../database/intake-tables.ts';
import type { Tables } from '../database/tables.ts';
import { getProject, paramsOf } from '../projects/projects.ts';
import { createTaskIn } from '../tasks/create-task.ts';
import { findUniqueIds } from '../tasks/find-unique-ids.ts';
import { readAttachments } from '../tasks/rules.ts';
import { type RowTarget, reportRows } from './row-target.ts';
import { type Column, type RowProblem, readCells } from './rules.ts';

interface TaskGroup {
  project: string;
  batch: string | null;
  type: string;
  /** What tasks of the project inherit. */
  params: Record<string, unknown>;
}

/** A row as a request that creates a task, or what is wrong with it. */
function readTaskRow(
  columns: readonly Column[],
  cells: readonly string[],
  hosts: ReadonlySet<string>,
  group: TaskGroup,
): { body: CreateTask } | RowProblem {
  const read = readCells(columns, cells, hosts);
  if ('code' in read) return read;
  const parsed = CreateTask.safeParse({
    project: group.project,
    ...(group.batch === null ? {} : { batch: group.batch }),
    ...(read.address === '' ? { text: read.content } : { attachment: read.address }),
    ...(read.reference === '' ? {} : { unique_id: read.reference }),
    metadata: read.metadata,
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { code: 'task', error: `${issue?.path.join('.') ?? 'row'}: ${issue?.message ?? 'is not valid'}.` };
  }
  try {
    readAttachments(group.type, { ...group.params, ...parsed.data });
    return { body: parsed.data };
  } catch (error) {
    return problemOf(error);
  }
}

/** @throws what is no refusal of the row */
function problemOf(error: unknown): RowProblem {
  if (!(error instanceof AppError) || error.status >= 500) throw error;
  return { code: 'task', error: error.message };
}

/**
 * A batch that is finalized meanwhile refuses the rows that are left, one by one.
 * @param hosts `host:port` in private networks that may be named
 * @throws AppError `project-not-found`
 */
export async function taskTarget(
  db: Kysely<Tables>,
  upload: ResumableUploadsTable & { project: string },
  hosts: ReadonlySet<string>,
): Promise<RowTarget> {
  const { tenant_id: tenantId, batch } = upload;
  const project = await getProject(db, tenantId, upload.project);
  const group = { project: project.name, batch, type: project.type, params: paramsOf(project) };
  const report = reportRows(upload, 'import');
  return {
    kind: 'tasks',
    locked: new Map(),
    judge: (columns, cells) => {
      const read = readTaskRow(columns, cells, hosts, group);
      return 'code' in read ? read : { key: read.body.unique_id ?? undefined };
    },
    findKnown: (keys) => findUniqueIds(db, tenantId, keys),
    prepare: async (columns, chunk) => {
      const read = chunk.map((row) => ({ ...row, read: readTaskRow(columns, row.cells, hosts, group) }));
      return async (tx, acting) => {
        const rows: CsvRowsTable[] = [];
        for (const { rowNo, read: each } of read) {
          if ('code' in each) {
            rows.push(report.failed(rowNo, each));
            continue;
          }
          const uniqueId = each.body.unique_id ?? null;
          try {
            const { taskId, isNew } = await createTaskIn(tx, acting, { type: group.type, body: each.body });
            rows.push(report.done(rowNo, isNew ? 'added' : 'already-there', uniqueId, taskId));
          } catch (error) {
            rows.push(report.failed(rowNo, problemOf(error), uniqueId));
          }
        }
        return rows;
      };
    },
  };
}
