import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import type { Task } from '@nucleus/shared/wire/tasks';
import type { ReactElement } from 'react';
import { TaskRow } from './task-row.tsx';
import type { TaskView } from './task-view.ts';

interface TaskTableProps {
  tasks: readonly Task[];
  total: number;
  view: TaskView;
  show: (change: TaskView) => void;
  /** Undefined when all are shown. */
  more: { isBusy: boolean; load: () => void } | undefined;
}

/** The tasks that were found so far, the newest first. */
export function TaskTable({ tasks, total, view, show, more }: TaskTableProps): ReactElement {
  return (
    <section className="card task-list" aria-label="Tasks">
      <header>
        <h2>{counted(total, 'task')}</h2>
        {view.batch !== undefined && <span className="pill sq">batch {view.batch}</span>}
      </header>
      <div className="tscroll">
        <table>
          <thead>
            <tr>
              <th>Task</th>
              <th>Type</th>
              <th>Status</th>
              <th>Attachments</th>
              <th>Billing</th>
              <th>Updated</th>
            </tr>
          </thead>
          <tbody>
            {tasks.map((task) => (
              <TaskRow
                key={task.task_id}
                task={task}
                isOpen={task.task_id === view.task}
                onOpen={() => show({ task: task.task_id === view.task ? undefined : task.task_id })}
              />
            ))}
          </tbody>
        </table>
      </div>
      {more !== undefined && (
        <div className="in">
          <button type="button" className="btn" disabled={more.isBusy} onClick={more.load}>
            {more.isBusy ? 'Loading' : `Show more of ${count(total - tasks.length)}`}
          </button>
        </div>
      )}
    </section>
  );
}
