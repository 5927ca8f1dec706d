import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import type { DatasetView } from '@nucleus/shared/wire/insights';
import { CloudOff, Images } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { useDatasets } from '../cloud/lists.ts';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPagePath } from '../route.ts';
import { DatasetGrid } from './dataset-grid.tsx';
import { GoneDataset } from './gone-dataset.tsx';

interface DatasetPageProps {
  datasetId: string;
  referenceId: string | undefined;
}

/** One dataset: its grid, or why there is none. */
export function DatasetPage({ datasetId, referenceId }: DatasetPageProps): ReactElement {
  const datasets = useDatasets();
  const dataset = datasets.data?.find((view) => view.dataset_id === datasetId);
  useEffect(() => {
    if (dataset !== undefined && referenceId === undefined) document.title = `${dataset.name} · Nucleus`;
  }, [dataset, referenceId]);

  if (dataset === undefined) {
    if (datasets.data !== undefined) return <GoneDataset />;
    if (!datasets.isError) return <div className="work" aria-busy="true" />;
    return (
      <EmptyState
        icon={CloudOff}
        title="The items did not load"
        actions={
          <button type="button" className="btn lead" onClick={() => void datasets.refetch()}>
            Try again
          </button>
        }
      >
        <p>{failureSentence(datasets.error)}</p>
      </EmptyState>
    );
  }
  if (dataset.length === 0) return <NoItems dataset={dataset} />;
  return <DatasetGrid dataset={dataset} referenceId={referenceId} />;
}

/** Where the items of an empty dataset come from: its agent, an agent to come, or files. */
function NoItems({ dataset }: { dataset: DatasetView }): ReactElement {
  if (!dataset.privacy_mode) {
    return (
      <EmptyState
        icon={Images}
        title="No items yet"
        actions={
          <PageLink to={datasetPagePath(dataset.dataset_id, 'uploads')} className="btn lead">
            Upload files
          </PageLink>
        }
      >
        <p>Drop files or a folder, import a CSV of addresses, or append items by the API.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={Images}
      title="No items yet"
      actions={
        <PageLink to="/agents" className="btn">
          See the agents
        </PageLink>
      }
    >
      <p>
        {dataset.sources.length > 0
          ? 'The agent has sent nothing yet. Items appear here by themselves as it reads the folder.'
          : 'Bind an agent’s source to this dataset, or append items by the API.'}
      </p>
    </EmptyState>
  );
}
