import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import type { ReplyOf } from '@nucleus/shared/wire/endpoint';
import type { taskEndpoints } from '@nucleus/shared/wire/tasks';
import type { ReactElement } from 'react';
import { PageLink } from '../frame/page-link.tsx';
import type { TaskView } from './task-view.ts';

interface TaskCountsProps {
  counts: ReplyOf<typeof taskEndpoints.countTasks>;
  status: string | undefined;
  show: (change: TaskView) => void;
}

/** How many tasks are in which state. Each is the filter of its state as well. */
export function TaskCounts({ counts, status, show }: TaskCountsProps): ReactElement {
  const parts = [
    { of: 'pending', name: 'Pending', value: counts.pending, hint: movingLine(counts.attachments_moving) },
    { of: 'completed', name: 'Completed', value: counts.completed, hint: `${count(counts.canceled)} canceled` },
    {
      of: 'error',
      name: 'Error',
      value: counts.error,
      hint: `${counted(counts.attachments_failed, 'attachment')} failed`,
    },
  ];
  return (
    <div className="task-counts">
      {parts.map(({ of, name, value, hint }) => (
        <button
          key={of}
          type="button"
          className="card stat"
          aria-pressed={status === of}
          onClick={() => show({ status: status === of ? undefined : of, task: undefined })}
        >
          <span>{name}</span>
          <b className={of === 'error' && value > 0 ? 'c-d' : ''}>{count(value)}</b>
          <span>{hint}</span>
        </button>
      ))}
      <div className="card stat">
        <span>Billed this month</span>
        <b>{count(counts.billed_this_month)}</b>
        <span>
          errors are never billed, <PageLink to="/usage">see the ledger</PageLink>
        </span>
      </div>
    </div>
  );
}

function movingLine(moving: number): string {
  return moving === 0 ? 'all attachments settled' : `${counted(moving, 'attachment')} on the way`;
}
