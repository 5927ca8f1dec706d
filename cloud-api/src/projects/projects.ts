import { AppError } from '@nucleus/shared/failure/app-error';
import type { Project } from '@nucleus/shared/wire/projects';
import { taskTypes } from '@nucleus/shared/wire/tasks';
import type { Kysely } from 'kysely';
import type { Acting } from '../audit/acting.ts';
import { writeAudit } from '../audit/write-audit.ts';
import type { Database } from '../database/open-database.ts';
import type { Tables } from '../database/tables.ts';
import type { ProjectsTable } from '../database/task-tables.ts';
import { findProjectRow, insertProject, listProjectRows, updateHistory } from './queries.ts';

type Params = Record<string, unknown>;

const mostVersions = 1_000;

/** @throws AppError `task-type-not-enabled`, `conflict` when the name is taken */
export async function createProject(
  db: Kysely<Tables>,
  acting: Acting,
  input: { name: string; type: string; params: Params },
): Promise<Project> {
  const { name, type } = input;
  if (!Object.hasOwn(taskTypes, type)) {
    throw new AppError('task-type-not-enabled', `Tasks of type ${type} are not enabled here.`);
  }
  const row = {
    tenant_id: acting.tenantId,
    name,
    type,
    param_history: JSON.stringify([versionOf(0, acting, input.params)]),
    created_at: acting.nowMs,
  };
  await db.transaction().execute(async (tx) => {
    if (!(await insertProject(tx, row))) throw new AppError('conflict', `There is a project ${name} already.`);
    await writeAudit(tx, acting, { action: 'project.create', targetId: null });
  });
  return toProject(row);
}

/** @throws AppError `project-not-found` */
export async function getProject(db: Database, tenantId: string, name: string): Promise<Project> {
  const row = await findProjectRow(db, tenantId, name);
  if (row === undefined) throw new AppError('project-not-found', 'There is no such project.');
  return toProject(row);
}

export async function listProjects(db: Database, tenantId: string): Promise<Project[]> {
  return (await listProjectRows(db, tenantId)).map(toProject);
}

/**
 * Adds a version of the parameters.
 * @param patch keeps those of the version before that are not named
 * @throws AppError `project-not-found`, `conflict` beyond 1,000 versions
 */
export async function setProjectParams(
  db: Kysely<Tables>,
  acting: Acting,
  name: string,
  { patch, params }: { patch: boolean; params: Params },
): Promise<Project> {
  return db.transaction().execute(async (tx) => {
    const project = await getProject(tx, acting.tenantId, name);
    if (project.param_history.length >= mostVersions) {
      throw new AppError('conflict', `The project ${name} has had ${mostVersions} versions: make another one.`);
    }
    const before = patch ? paramsOf(project) : {};
    const history = [
      ...project.param_history,
      versionOf(project.param_history.length, acting, { ...before, ...params }),
    ];
    await updateHistory(tx, acting.tenantId, name, JSON.stringify(history));
    await writeAudit(tx, acting, { action: 'project.params', targetId: null });
    return { ...project, param_history: history };
  });
}

/** The newest parameters, which tasks inherit. */
export function paramsOf(project: Project): Params {
  const { version: _version, created_at: _at, ...params } = project.param_history.at(-1) ?? {};
  return params;
}

function versionOf(version: number, { nowMs }: Acting, params: Params): Project['param_history'][number] {
  return { ...params, version, created_at: new Date(nowMs).toISOString() };
}

function toProject(row: ProjectsTable): Project {
  return {
    name: row.name,
    type: row.type,
    created_at: new Date(row.created_at).toISOString(),
    param_history: JSON.parse(row.param_history) as Project['param_history'],
  };
}
