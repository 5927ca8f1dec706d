import { projectEndpoints } from '@nucleus/shared/wire/projects';
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import type { TaskView } from './task-view.ts';

const mostBatches = 100;
const stateWords = { staging: 'staging', in_progress: 'finalized', completed: 'completed' } as const;

/** Project and batch of the tasks that are shown; nothing is there before there is a project. */
export function TaskFilters(props: { view: TaskView; show: (change: TaskView) => void }): ReactElement | null {
  const { view, show } = props;
  const projects = useQuery({
    queryKey: ['projects'],
    queryFn: ({ signal }) => callCloud(projectEndpoints.listProjects, { signal }),
  }).data;
  const batches = useQuery({
    queryKey: ['batches', view.project],
    queryFn: ({ signal }) =>
      callCloud(projectEndpoints.listBatches, { query: { project: view.project, limit: mostBatches }, signal }),
  }).data?.docs;
  if (projects === undefined || projects.length === 0) return null;
  return (
    <div className="row g5">
      <label className="row g2 sm">
        <span className="t2">Project</span>
        <select
          className="inp"
          value={view.project ?? ''}
          onChange={({ target }) => show({ project: target.value || undefined, batch: undefined, task: undefined })}
        >
          <option value="">all</option>
          {projects.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {batches !== undefined && batches.length > 0 && (
        <label className="row g2 sm">
          <span className="t2">Batch</span>
          <select
            className="inp"
            value={view.batch ?? ''}
            onChange={({ target }) => show({ batch: target.value || undefined, task: undefined })}
          >
            <option value="">all</option>
            {batches.map(({ name, status }) => (
              <option key={name} value={name}>
                {name}, {stateWords[status]}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
