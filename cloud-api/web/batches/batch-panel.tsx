import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Dialog } from '@nucleus/shared/ui/parts/dialog.tsx';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { type BatchView, projectEndpoints } from '@nucleus/shared/wire/projects';
import { Lock, X } from 'lucide-react';
import { type ReactElement, useRef, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries } from '../cloud/queries.ts';
import { bringIntoView } from '../frame/bring-into-view.ts';
import { PageLink } from '../frame/page-link.tsx';
import { StatePill } from '../tasks/task-row.tsx';
import { CsvCard } from '../uploads/csv-card.tsx';
import { useCsv } from '../uploads/use-csv.ts';
import { batchSentence, batchStates, taskTotal } from './batch-words.ts';

/** One batch: its tasks by state, more of them from a CSV while it is open, and its end. */
export function BatchPanel({ batch, onClose }: { batch: BatchView; onClose: () => void }): ReactElement {
  const [isAsking, setAsking] = useState(false);
  const name = visibleText(batch.name);
  const states = [
    ['Pending', 'pending'],
    ['Completed', 'completed'],
    ['Error', 'error'],
    ['Canceled', 'canceled'],
  ] as const;
  const finalize = async (): Promise<void> => {
    try {
      await callCloud(projectEndpoints.finalizeBatch, { params: { batchName: batch.name } });
      say(`${name} is finalized: it takes no more tasks.`);
      await queries.invalidateQueries({ queryKey: ['batch-views'] });
    } catch (error) {
      sayFailure(failureSentence(error));
    }
    setAsking(false);
  };
  return (
    <div className="col g6">
      <section ref={bringIntoView} className="card opened" aria-label={`Batch ${name}`}>
        <header>
          <b className="brk">{name}</b>
          <span className="end row g2">
            <StatePill {...batchStates[batch.status]} />
            <button type="button" className="btn ghost icon-only" aria-label="Close the batch" onClick={onClose}>
              <X className="icon" aria-hidden="true" />
            </button>
          </span>
        </header>
        <div className="in col g5">
          <p className="sm t2">{batchSentence(batch)}</p>
          <dl className="kv">
            {states.map(([word, state]) => (
              <div key={state} className="kv-pair">
                <dt>{word}</dt>
                <dd className={state === 'error' && batch.tasks.error > 0 ? 'c-d' : ''}>
                  {batch.tasks[state] === 0 ? (
                    '0'
                  ) : (
                    <PageLink to={`/tasks?${new URLSearchParams({ batch: batch.name, status: state })}`}>
                      {count(batch.tasks[state])}
                    </PageLink>
                  )}
                </dd>
              </div>
            ))}
            <dt>Attachments failed</dt>
            <dd className={batch.attachments_failed > 0 ? 'c-d' : ''}>{count(batch.attachments_failed)}</dd>
            <dt>On the way</dt>
            <dd>{count(batch.attachments_moving)}</dd>
          </dl>
          <div className="row g2">
            {batch.status === 'staging' && (
              <button type="button" className="btn" onClick={() => setAsking(true)}>
                <Lock className="icon s" aria-hidden="true" />
                Finalize
              </button>
            )}
            <PageLink className="btn ghost" to={`/tasks?${new URLSearchParams({ batch: batch.name })}`}>
              See its tasks
            </PageLink>
          </div>
        </div>
      </section>
      {batch.status === 'staging' && <TasksFromCsv batch={batch} />}
      {isAsking && (
        <Dialog title={`Finalize ${name}?`} size="small" onClose={() => setAsking(false)}>
          <div className="dialog-body">
            <p>
              It keeps its {count(taskTotal(batch.tasks))} tasks and takes no more. It is completed once none of them is
              pending. This cannot be undone.
            </p>
            <div className="row">
              <button type="button" className="btn lead" data-first onClick={() => void finalize()}>
                Finalize batch
              </button>
              <button type="button" className="btn ghost" onClick={() => setAsking(false)}>
                Keep it open
              </button>
            </div>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function TasksFromCsv({ batch }: { batch: BatchView }): ReactElement {
  const csv = useCsv({ project: batch.project, batch: batch.name });
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <CsvCard
        stand={csv.stand}
        onImport={csv.runImport}
        onForget={csv.forget}
        invitation={
          <>
            <p className="sm t2">
              Each row becomes a task. One column is <code>attachment_url</code>, or <code>text</code> for tasks about
              texts; <code>unique_id</code> names the tasks, other columns become metadata. You see what would happen
              first.
            </p>
            <button type="button" className="btn" onClick={() => file.current?.click()}>
              Choose a CSV
            </button>
          </>
        }
      />
      <input
        ref={file}
        type="file"
        hidden
        accept=".csv,text/csv"
        aria-label="CSV of tasks"
        onChange={({ target }) => {
          const [chosen] = target.files ?? [];
          if (chosen !== undefined) csv.begin(chosen);
          target.value = '';
        }}
      />
    </>
  );
}
