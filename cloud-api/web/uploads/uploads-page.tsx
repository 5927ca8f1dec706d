import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { say } from '@nucleus/shared/ui/toasts/toasts.ts';
import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { mostFilesAtOnce } from '@nucleus/shared/wire/resumable';
import { Pause, Play, SearchX, ShieldCheck } from 'lucide-react';
import { type ReactElement, useEffect, useState, useSyncExternalStore } from 'react';
import { useDatasets } from '../cloud/lists.ts';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPath } from '../route.ts';
import { isCsv, judgeChoice } from './choose-files.ts';
import { CsvCard } from './csv-card.tsx';
import { DropArea } from './drop-area.tsx';
import { FileTable } from './file-table.tsx';
import { sendFile } from './send-file.ts';
import { UploadQueue } from './upload-queue.ts';
import { useCsv } from './use-csv.ts';

/** Brings files and lists of addresses into a dataset that is not in privacy mode. */
export function UploadsPage({ datasetId }: { datasetId: string }): ReactElement {
  const datasets = useDatasets();
  const dataset = datasets.data?.find((each) => each.dataset_id === datasetId);
  useEffect(() => {
    document.title = 'Uploads · Nucleus';
  }, []);
  if (datasets.data === undefined) return <div className="page" aria-busy="true" />;
  if (dataset === undefined)
    return (
      <EmptyState icon={SearchX} title="This dataset is not there">
        <p>It may have been deleted.</p>
      </EmptyState>
    );
  if (dataset.privacy_mode)
    return (
      <EmptyState
        icon={ShieldCheck}
        title="Its pixels stay with the agent"
        actions={
          <PageLink to={datasetPath(datasetId)} className="btn lead">
            See the dataset
          </PageLink>
        }
      >
        <p>A privacy-mode dataset takes no uploads. Put files where its agent looks, or choose an ordinary dataset.</p>
      </EmptyState>
    );
  return <Uploads datasetId={datasetId} name={visibleText(dataset.name)} />;
}

function Uploads({ datasetId, name }: { datasetId: string; name: string }): ReactElement {
  const [queue] = useState(() => openQueue(datasetId));
  const csv = useCsv({ dataset_id: datasetId });
  const files = useSyncExternalStore(queue.subscribe, queue.files);
  const isBusy = files.some(({ state }) => state === 'sending' || state === 'taking' || state === 'waiting');
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    if (isBusy) addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, [isBusy]);
  // Leaving the page stops what is under way; the same files go on where they were.
  useEffect(() => () => queue.pauseAll(), [queue]);
  const take = (chosen: { file: File; name: string }[]): void => {
    const list = chosen.find(({ file }) => isCsv(file));
    if (list !== undefined) csv.begin(list.file);
    const { chosen: judged, left } = judgeChoice(chosen.filter(({ file }) => !isCsv(file)));
    queue.add(judged);
    if (left > 0) say(`${counted(left, 'file')} beyond the first ${mostFilesAtOnce.toLocaleString('en')} left out.`);
  };
  const canPause = isBusy || queue.isPaused;
  return (
    <div className="page">
      <div className="phead">
        <div>
          <h1>Upload to {name}</h1>
          <p>
            For data that may leave your premises. A privacy-mode dataset takes no uploads: its pixels stay with the
            agent.
          </p>
        </div>
        {canPause && (
          <button
            type="button"
            className="btn end"
            onClick={() => (queue.isPaused ? queue.resumeAll() : queue.pauseAll())}
          >
            {queue.isPaused ? (
              <Play className="icon s" aria-hidden="true" />
            ) : (
              <Pause className="icon s" aria-hidden="true" />
            )}
            {queue.isPaused ? 'Resume all' : 'Pause all'}
          </button>
        )}
      </div>
      <div className="mainside">
        <div className="col g6">
          <DropArea onFiles={take} />
          <FileTable queue={queue} />
        </div>
        <CsvCard
          stand={csv.stand}
          invitation={
            <p className="sm t2">
              Drop a CSV with a column <code>attachment_url</code>. Other columns become metadata;{' '}
              <code>reference_id</code> names the items. You see what would happen before anything is fetched.
            </p>
          }
          onImport={csv.runImport}
          onForget={csv.forget}
        />
      </div>
    </div>
  );
}

function openQueue(datasetId: string): UploadQueue {
  return new UploadQueue((file, name, told) =>
    sendFile(
      file,
      { name, target: { dataset_id: datasetId }, purpose: 'item' },
      {
        progress: told.progress,
        taking: told.taking,
        arrived: ({ state, error }) => {
          if (state === 'added' || state === 'already-there') told.done(state);
          else told.failed(error ?? 'The server did not take the file.', state === 'refused');
        },
        failed: told.failed,
      },
    ),
  );
}
