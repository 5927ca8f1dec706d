import { failureCode, failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { Banner } from '@nucleus/shared/ui/parts/banner.tsx';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { CloudOff, Images, SearchX } from 'lucide-react';
import { type ReactElement, useEffect, useState, useSyncExternalStore } from 'react';
import { useDatasets } from '../cloud/lists.ts';
import { PageLink } from '../frame/page-link.tsx';
import { DatasetGrid } from './dataset-grid.tsx';
import { datasetTiles } from './tile-loader.ts';

interface DatasetPageProps {
  datasetId: string;
  referenceId: string | undefined;
}

/** One dataset: its grid, or why there is none. */
export function DatasetPage({ datasetId, referenceId }: DatasetPageProps): ReactElement {
  const [pages] = useState(() => datasetTiles(datasetId));
  useSyncExternalStore(pages.subscribe, pages.version);
  const datasets = useDatasets();
  const dataset = datasets.data?.find((view) => view.dataset_id === datasetId);
  useEffect(() => pages.want([0]), [pages]);
  useEffect(() => {
    if (dataset !== undefined) pages.noteTotal(dataset.length);
  }, [dataset, pages]);
  useEffect(() => {
    if (dataset !== undefined && referenceId === undefined) document.title = `${dataset.name} · Nucleus`;
  }, [dataset, referenceId]);

  const isGone =
    failureCode(pages.failure) === 'dataset-not-found' || (datasets.data !== undefined && dataset === undefined);
  if (isGone) return <GoneDataset />;
  if (pages.total === undefined || dataset === undefined) {
    if (pages.failure === undefined) return <div className="work" aria-busy="true" />;
    return (
      <EmptyState
        icon={CloudOff}
        title="The items did not load"
        actions={
          <button type="button" className="btn lead" onClick={() => pages.retry()}>
            Try again
          </button>
        }
      >
        <p>{failureSentence(pages.failure)}</p>
      </EmptyState>
    );
  }
  if (pages.total === 0) {
    return (
      <EmptyState icon={Images} title="No items yet" actions={<PageLink to="/agents">See the agents</PageLink>}>
        <p>
          {dataset.sources.length > 0
            ? 'The agent has sent nothing yet. Items appear here by themselves as it reads the folder.'
            : 'Append items by the API, or bind an agent’s source to this dataset.'}
        </p>
      </EmptyState>
    );
  }
  return (
    <>
      {pages.failure !== undefined && (
        <Banner
          tone="w"
          icon={CloudOff}
          title="Some tiles did not load."
          actions={
            <button type="button" className="btn dense" onClick={() => pages.retry()}>
              Retry now
            </button>
          }
        >
          {failureSentence(pages.failure)}
        </Banner>
      )}
      <DatasetGrid dataset={dataset} pages={pages} total={pages.total} referenceId={referenceId} />
    </>
  );
}

function GoneDataset(): ReactElement {
  return (
    <EmptyState
      icon={SearchX}
      title="This dataset is not here"
      actions={
        <PageLink to="/" className="btn lead">
          See the datasets
        </PageLink>
      }
    >
      <p>It was deleted, or the address belongs to another team. A deleted dataset can be restored for 30 days.</p>
    </EmptyState>
  );
}
