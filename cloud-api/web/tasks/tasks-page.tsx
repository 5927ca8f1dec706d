import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { taskEndpoints } from '@nucleus/shared/wire/tasks';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { CloudOff, SquareCheck } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { callCloud } from '../cloud/call-cloud.ts';
import { TaskCounts } from './task-counts.tsx';
import { TaskFilters } from './task-filters.tsx';
import { TaskPanel } from './task-panel.tsx';
import { TaskTable } from './task-table.tsx';
import type { TaskView } from './task-view.ts';
import './tasks.css';

const perPage = 50;
const refreshMs = 3_000;

/** Tasks with the state of their attachments: what failed says why, and can be fetched again. */
export function TasksPage(): ReactElement {
  const asked = new URLSearchParams(useSearch());
  const view: TaskView = {
    status: asked.get('status') ?? undefined,
    project: asked.get('project') ?? undefined,
    batch: asked.get('batch') ?? undefined,
    task: asked.get('task') ?? undefined,
  };
  const { status, project, batch } = view;
  const group = { project, batch };
  const tasks = useInfiniteQuery({
    queryKey: ['tasks', status, project, batch],
    queryFn: ({ signal, pageParam }) =>
      callCloud(taskEndpoints.listTasks, {
        query: { ...group, status, limit: perPage, next_token: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_token ?? undefined,
    refetchInterval: refreshMs,
  });
  const counts = useQuery({
    queryKey: ['task-counts', project, batch],
    queryFn: ({ signal }) => callCloud(taskEndpoints.countTasks, { query: group, signal }),
    refetchInterval: refreshMs,
  });
  useEffect(() => {
    document.title = 'Tasks · Nucleus';
  }, []);
  const show = (change: TaskView): void => {
    const next = Object.entries({ ...view, ...change }).filter((pair): pair is [string, string] => !!pair[1]);
    navigate(`/tasks${next.length === 0 ? '' : `?${new URLSearchParams(next)}`}`, { replace: true });
  };
  if (tasks.data === undefined) {
    if (!tasks.isError) return <div className="page" aria-busy="true" />;
    return (
      <EmptyState
        icon={CloudOff}
        title="The tasks did not load"
        actions={
          <button type="button" className="btn lead" onClick={() => void tasks.refetch()}>
            Retry now
          </button>
        }
      >
        <p>{failureSentence(tasks.error)}</p>
      </EmptyState>
    );
  }
  const rows = tasks.data.pages.flatMap(({ docs }) => docs);
  const total = tasks.data.pages[0]?.total ?? 0;
  const isFiltered = status !== undefined || project !== undefined || batch !== undefined;
  return (
    <div className="page">
      <div className="phead">
        <div className="grow">
          <h1>Tasks</h1>
          <p>
            Attachments are fetched, checked and stored first. A task that misses one is neither labelled nor billed.
          </p>
        </div>
        <TaskFilters view={view} show={show} />
      </div>
      {counts.data !== undefined && <TaskCounts counts={counts.data} status={status} show={show} />}
      <div className={view.task === undefined ? '' : 'mainside task-side'}>
        {rows.length === 0 ? (
          <EmptyState icon={SquareCheck} title={isFiltered ? 'No task meets these filters' : 'No tasks yet'}>
            {isFiltered ? (
              <button type="button" className="btn" onClick={() => navigate('/tasks', { replace: true })}>
                Remove the filters
              </button>
            ) : (
              <p>
                <code>POST /v1/task/imageannotation</code> with an <code>attachment</code> makes one.
              </p>
            )}
          </EmptyState>
        ) : (
          <TaskTable
            tasks={rows}
            total={total}
            view={view}
            show={show}
            more={
              tasks.hasNextPage
                ? { isBusy: tasks.isFetchingNextPage, load: () => void tasks.fetchNextPage() }
                : undefined
            }
          />
        )}
        {view.task !== undefined && (
          <TaskPanel key={view.task} taskId={view.task} onClose={() => show({ task: undefined })} />
        )}
      </div>
    </div>
  );
}
