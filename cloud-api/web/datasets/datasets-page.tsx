import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { LevelMark } from '@nucleus/shared/ui/parts/level-mark.tsx';
import { Perimeter } from '@nucleus/shared/ui/parts/perimeter.tsx';
import { count, moment } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { DatasetView } from '@nucleus/shared/wire/insights';
import { CloudOff } from 'lucide-react';
import { type ReactElement, useEffect } from 'react';
import { useDatasets } from '../cloud/lists.ts';
import { PageLink } from '../frame/page-link.tsx';
import { datasetPath } from '../route.ts';
import { DatasetStrip } from './dataset-strip.tsx';
import { FirstSteps } from './first-steps.tsx';

/** All datasets, or how to get the first one. */
export function DatasetsPage(): ReactElement {
  const datasets = useDatasets();
  useEffect(() => {
    document.title = 'Datasets · Nucleus';
  }, []);
  if (datasets.data === undefined) {
    if (!datasets.isError) return <div className="page" aria-busy="true" />;
    return (
      <EmptyState icon={CloudOff} title="The list did not load">
        <p>{failureSentence(datasets.error)}</p>
      </EmptyState>
    );
  }
  if (datasets.data.length === 0) return <FirstRun />;
  const items = datasets.data.reduce((sum, dataset) => sum + dataset.length, 0);
  return (
    <div className="page">
      <div className="phead">
        <div>
          <h1>Datasets</h1>
          <p>
            {count(items)} items in {count(datasets.data.length)} {datasets.data.length === 1 ? 'dataset' : 'datasets'}
          </p>
        </div>
      </div>
      <ul className="cards">
        {datasets.data.map((dataset) => (
          <li key={dataset.dataset_id}>
            <DatasetCard dataset={dataset} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function DatasetCard({ dataset }: { dataset: DatasetView }): ReactElement {
  return (
    <PageLink to={datasetPath(dataset.dataset_id)} className="card dataset-card">
      <span className="row">
        <b className="cut">{visibleText(dataset.name)}</b>
        <span className={`pill sq end ${dataset.privacy_mode ? 'in' : ''}`}>
          {dataset.privacy_mode ? 'pixels stay inside' : 'ordinary'}
        </span>
      </span>
      <DatasetStrip datasetId={dataset.dataset_id} />
      <span>
        <b className="big">{count(dataset.length)}</b> <span className="t2">items</span>
      </span>
      {dataset.sources.map((source) => (
        <span className="row sm" key={`${source.agent_id} ${source.alias}`}>
          <span className="t2 cut">source {source.alias}</span>
          <span className="end">
            <LevelMark level={source.level} />
          </span>
        </span>
      ))}
      <span className="xs t3">made {moment(dataset.created_at_ms)}</span>
    </PageLink>
  );
}

function FirstRun(): ReactElement {
  return (
    <div className="page">
      <div className="phead">
        <div>
          <h1>See your data without handing it over</h1>
          <p>Put an agent next to your storage. It sends descriptors; the pictures stay where they are.</p>
        </div>
      </div>
      <div className="mainside">
        <section className="card" aria-label="First steps">
          <div className="in">
            <FirstSteps />
          </div>
        </section>
        <section className="card" aria-label="What will leave">
          <header>
            <h2>What will leave at “standard”</h2>
          </header>
          <div className="in col g5 sm">
            <p>
              <b>Stays:</b>{' '}
              <span className="t2">
                every picture, every thumbnail, maker notes, serial numbers, owner names, absolute paths.
              </span>
            </p>
            <Perimeter words="your perimeter" />
            <p>
              <b>Leaves:</b>{' '}
              <span className="t2">
                names, sizes, capture data, and at most 288 bits drawn from each picture: a blur and a hash, which are
                themselves very small pictures.
              </span>
            </p>
          </div>
        </section>
      </div>
    </div>
  );
}
