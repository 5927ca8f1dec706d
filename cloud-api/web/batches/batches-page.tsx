import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { type BatchStatus, projectEndpoints } from '@nucleus/shared/wire/projects';
import { useQuery } from '@tanstack/react-query';
import { CloudOff, Layers, Plus } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { callCloud } from '../cloud/call-cloud.ts';
import { BatchPanel } from './batch-panel.tsx';
import { BatchTable } from './batch-table.tsx';
import { batchStates } from './batch-words.ts';
import { NewBatchDialog } from './new-batch-dialog.tsx';

const perPage = 50;
const refreshMs = 3_000;
const statuses = ['staging', 'in_progress', 'completed'] as const;

/** Batches with the state of their tasks and attachments: filled while they are open, then finalized. */
export function BatchesPage(): ReactElement {
  const asked = new URLSearchParams(useSearch());
  const status = statuses.find((each) => each === asked.get('status'));
  const open = asked.get('batch') ?? undefined;
  const [shown, setShown] = useState(perPage);
  const [isMaking, setMaking] = useState(false);
  const batches = useQuery({
    queryKey: ['batch-views', status, shown],
    queryFn: ({ signal }) => callCloud(projectEndpoints.listBatchViews, { query: { status, limit: shown }, signal }),
    placeholderData: (before) => before,
    refetchInterval: refreshMs,
  });
  useEffect(() => {
    document.title = 'Batches · Nucleus';
  }, []);
  const show = (change: { status?: BatchStatus | undefined; batch?: string | undefined }): void => {
    const next = Object.entries({ status, batch: open, ...change }).filter(
      (pair): pair is [string, string] => !!pair[1],
    );
    navigate(`/batches${next.length === 0 ? '' : `?${new URLSearchParams(next)}`}`, { replace: true });
  };
  if (batches.data === undefined) {
    if (!batches.isError) return <div className="page" aria-busy="true" />;
    return (
      <EmptyState
        icon={CloudOff}
        title="The batches did not load"
        actions={
          <button type="button" className="btn lead" onClick={() => void batches.refetch()}>
            Retry now
          </button>
        }
      >
        <p>{failureSentence(batches.error)}</p>
      </EmptyState>
    );
  }
  const { batches: rows, total } = batches.data;
  const chosen = rows.find(({ name }) => name === open);
  return (
    <div className="page">
      <div className="phead batch-head">
        <div className="grow">
          <h1>Batches</h1>
          <p>
            A batch takes tasks of one project until it is finalized, and is completed once none of them is pending.
          </p>
        </div>
        <label className="row g2 sm">
          <span className="t2">Status</span>
          <select
            className="inp"
            value={status ?? ''}
            onChange={({ target }) =>
              show({ status: statuses.find((each) => each === target.value), batch: undefined })
            }
          >
            <option value="">all</option>
            {statuses.map((each) => (
              <option key={each} value={each}>
                {batchStates[each].word.toLowerCase()}
              </option>
            ))}
          </select>
        </label>
        <button type="button" className="btn lead" onClick={() => setMaking(true)}>
          <Plus className="icon s" aria-hidden="true" />
          New batch
        </button>
      </div>
      <div className={chosen === undefined ? '' : 'mainside'}>
        {rows.length === 0 ? (
          <EmptyState icon={Layers} title={status === undefined ? 'No batches yet' : 'No batch has this status'}>
            {status === undefined ? (
              <p>Make one here and fill it from a CSV, or name it in tasks that you create by the API.</p>
            ) : (
              <button type="button" className="btn" onClick={() => navigate('/batches', { replace: true })}>
                Show all
              </button>
            )}
          </EmptyState>
        ) : (
          <BatchTable
            batches={rows}
            total={total}
            open={open}
            onOpen={(name) => show({ batch: name === open ? undefined : name })}
            onMore={rows.length < total ? () => setShown(Math.min(shown + perPage, 100)) : undefined}
          />
        )}
        {chosen !== undefined && (
          <BatchPanel key={chosen.name} batch={chosen} onClose={() => show({ batch: undefined })} />
        )}
      </div>
      {isMaking && (
        <NewBatchDialog onMade={(name) => show({ status: undefined, batch: name })} onClose={() => setMaking(false)} />
      )}
    </div>
  );
}
