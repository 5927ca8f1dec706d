import { count, counted, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { BatchView } from '@nucleus/shared/wire/projects';
import type { ReactElement } from 'react';
import { StatePill } from '../tasks/task-row.tsx';
import { attachmentsLine, batchStates, taskTotal } from './batch-words.ts';
import './batches.css';

interface BatchTableProps {
  batches: readonly BatchView[];
  total: number;
  /** Name of the one that is open. */
  open: string | undefined;
  onOpen: (name: string) => void;
  /** Undefined when all are shown. */
  onMore: (() => void) | undefined;
}

/** The batches, the newest first; a name opens its batch. */
export function BatchTable({ batches, total, open, onOpen, onMore }: BatchTableProps): ReactElement {
  return (
    <section className="card batch-list" aria-label="Batches">
      <header>
        <h2>{counted(total, 'batch', 'batches')}</h2>
      </header>
      <div className="tscroll">
        <table>
          <thead>
            <tr>
              <th>Batch</th>
              <th>Project</th>
              <th>Status</th>
              <th>Tasks</th>
              <th>Attachments</th>
              <th>Created</th>
            </tr>
          </thead>
          <tbody>
            {batches.map((batch) => (
              <tr key={batch.name} className={batch.name === open ? 'sel' : ''}>
                <td>
                  <button
                    type="button"
                    className="batch-open"
                    aria-expanded={batch.name === open}
                    onClick={() => onOpen(batch.name)}
                  >
                    {visibleText(batch.name)}
                  </button>
                </td>
                <td className="t2">{visibleText(batch.project)}</td>
                <td>
                  <StatePill {...batchStates[batch.status]} />
                </td>
                <td>
                  <TaskShares tasks={batch.tasks} />
                </td>
                <td className={batch.attachments_failed > 0 ? 'c-d' : 't2'}>{attachmentsLine(batch)}</td>
                <td className="t2 nowrap">{moment(batch.created_at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {onMore !== undefined && (
        <div className="in">
          <button type="button" className="btn" onClick={onMore}>
            Show more of {count(total - batches.length)}
          </button>
        </div>
      )}
    </section>
  );
}

/** How many tasks there are, and their states as a bar. */
function TaskShares({ tasks }: { tasks: BatchView['tasks'] }): ReactElement {
  const all = taskTotal(tasks);
  const parts = [
    { name: 'completed', value: tasks.completed, tone: 'in' },
    { name: 'pending', value: tasks.pending, tone: 'w' },
    { name: 'in error', value: tasks.error, tone: 'd' },
    { name: 'canceled', value: tasks.canceled, tone: '' },
  ].filter(({ value }) => value > 0);
  return (
    <span className="row g5">
      <span className="batch-total">{count(all)}</span>
      <span
        className="bar batch-bar"
        role="img"
        aria-label={all === 0 ? 'no tasks' : parts.map(({ name, value }) => `${count(value)} ${name}`).join(', ')}
      >
        {parts.map(({ name, value, tone }) => (
          <b key={name} className={tone} style={{ width: `${(value / all) * 100}%` }} />
        ))}
      </span>
    </span>
  );
}
