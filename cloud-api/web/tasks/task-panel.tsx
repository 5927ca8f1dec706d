import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { say, sayFailure } from '@nucleus/shared/ui/toasts/toasts.ts';
import { type Task, taskEndpoints } from '@nucleus/shared/wire/tasks';
import { useQuery } from '@tanstack/react-query';
import { RotateCw, X } from 'lucide-react';
import type { ReactElement } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { queries } from '../cloud/queries.ts';
import { bringIntoView } from '../frame/bring-into-view.ts';
import { AttachmentLine } from './attachment-line.tsx';
import { StatePill, shortId } from './task-row.tsx';
import { causes, nameOfType, taskSentence, taskStates } from './task-words.ts';

const refreshMs = 2_000;

/** One task: why it is where it is, attachment by attachment, and what can be done. */
export function TaskPanel({ taskId, onClose }: { taskId: string; onClose: () => void }): ReactElement {
  const task = useQuery({
    queryKey: ['task', taskId],
    queryFn: ({ signal }) => callCloud(taskEndpoints.getTask, { params: { taskId }, signal }),
    refetchInterval: ({ state }) => (state.data?.status === 'completed' ? false : refreshMs),
  });
  const attachments = useQuery({
    queryKey: ['task-attachments', taskId, task.data?.updated_at],
    queryFn: ({ signal }) => callCloud(taskEndpoints.listTaskAttachments, { params: { taskId }, signal }),
    placeholderData: (before) => before,
    enabled: task.data !== undefined,
  }).data?.attachments;
  const change = async (work: () => Promise<Task>, sentence: string): Promise<void> => {
    try {
      await work();
      say(sentence);
    } catch (error) {
      sayFailure(failureSentence(error));
    }
    for (const key of ['task', 'tasks', 'task-counts']) await queries.invalidateQueries({ queryKey: [key] });
  };
  const { data } = task;
  const state = data === undefined ? undefined : taskStates[data.status];
  return (
    <section ref={bringIntoView} className="card opened" aria-label={`Task ${taskId}`}>
      <header>
        <b className="mono">{shortId(taskId)}</b>
        <CopyButton text={taskId} name="Copy task id" />
        <span className="end row g2">
          {state !== undefined && <StatePill {...state} />}
          <button type="button" className="btn ghost icon-only" aria-label="Close the task" onClick={onClose}>
            <X className="icon" aria-hidden="true" />
          </button>
        </span>
      </header>
      <div className="in col g5" aria-busy={data === undefined && !task.isError}>
        {task.isError && data === undefined && <p className="note d">{failureSentence(task.error)}</p>}
        {data !== undefined && (
          <>
            <p className="sm t2">{taskSentence(data)}</p>
            {(attachments ?? []).map((each) => (
              <AttachmentLine key={each.attachment_id} attachment={each} />
            ))}
            <div className="row g2">
              {data.status === 'error' && (
                <button
                  type="button"
                  className="btn lead"
                  onClick={() =>
                    void change(
                      () => callCloud(taskEndpoints.refetchTask, { params: { taskId } }),
                      'The failed attachments are being fetched again.',
                    )
                  }
                >
                  <RotateCw className="icon" aria-hidden="true" />
                  Fetch again
                </button>
              )}
              {(data.status === 'error' || data.status === 'pending') && (
                <button
                  type="button"
                  className="btn"
                  onClick={() =>
                    void change(
                      () => callCloud(taskEndpoints.cancelTask, { params: { taskId }, body: {} }),
                      'The task is canceled. It is not billed.',
                    )
                  }
                >
                  Cancel task
                </button>
              )}
            </div>
            <hr />
            <TaskFacts task={data} />
            {data.status === 'error' && (
              <>
                <h3>Causes you may see</h3>
                <dl className="kv">
                  {causes.map(([code, words]) => (
                    <div key={code} className="kv-pair">
                      <dt className="mono">{code}</dt>
                      <dd>{words}</dd>
                    </div>
                  ))}
                </dl>
              </>
            )}
          </>
        )}
      </div>
    </section>
  );
}

function TaskFacts({ task }: { task: Task }): ReactElement {
  const told = { true: 'taken', false: 'given up after 20 tries', null: 'not yet' } as const;
  const facts: [string, string | null][] = [
    ['Type', nameOfType(task.type)],
    ['Project', task.project],
    ['Batch', task.batch],
    ['Unique id', task.unique_id],
    ['Tags', task.tags.length === 0 ? null : task.tags.join(', ')],
    ['Callback', task.callback_url === null ? null : told[String(task.callback_succeeded) as keyof typeof told]],
  ];
  return (
    <dl className="kv">
      {facts.map(
        ([name, value]) =>
          value !== null && (
            <div key={name} className="kv-pair">
              <dt>{name}</dt>
              <dd className="brk">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
