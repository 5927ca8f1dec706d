import { spellWord } from '@nucleus/shared/query/completion-context';
import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { CopyButton } from '@nucleus/shared/ui/parts/copy-button.tsx';
import { EmptyState } from '@nucleus/shared/ui/parts/empty-state.tsx';
import { count, counted } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { annotationEndpoints } from '@nucleus/shared/wire/annotations';
import { keepPreviousData, useQueries } from '@tanstack/react-query';
import { ChartColumn, CloudOff } from 'lucide-react';
import { type ReactElement, useEffect, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { PageLink } from '../frame/page-link.tsx';
import { Snippet } from '../frame/snippet.tsx';
import type { ColourOf } from '../labels/class-colours.ts';
import { toggled } from '../labels/label-choices.ts';
import '../labels/labels.css';
import { useClassColours, useRuns } from '../labels/use-runs.ts';
import { datasetPath } from '../route.ts';
import { type ClassRow, joinCounts } from './class-counts.ts';
import './models.css';

const mostClasses = 500;
const firstRun = `model = client.create_model("road-net v4", "road-net")
dataset.upload_predictions(model, [
  BoxPrediction("car", x=10, y=20, width=80, height=60,
                reference_id=…, confidence=0.93)])`;

/** The annotations of a dataset beside what runs of models say, class by class. Counts alone: nothing here is matched or scored. */
export function ModelsPage({ datasetId }: { datasetId: string }): ReactElement {
  const runs = useRuns(datasetId);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const colourOf = useClassColours(datasetId);
  useEffect(() => {
    document.title = 'Models · Nucleus';
  }, []);
  const known = runs.data?.runs ?? [];
  const shown = known.filter(({ id }) => !hidden.has(id));
  const columns = useQueries({
    queries: ['', ...shown.map(({ id }) => id)].map((runId) => ({
      queryKey: ['class-counts', datasetId, runId],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        callCloud(annotationEndpoints.countLabels, {
          params: { datasetId },
          body: { limit: mostClasses, ...(runId === '' ? {} : { model_run_id: runId }) },
          signal,
        }),
      placeholderData: keepPreviousData,
    })),
  });
  const failed = runs.error ?? columns.find(({ error }) => error !== null)?.error;
  if (failed != null) {
    return (
      <EmptyState
        icon={CloudOff}
        title="The counts did not load"
        actions={
          <button
            type="button"
            className="btn lead"
            onClick={() => {
              void runs.refetch();
              for (const column of columns) void column.refetch();
            }}
          >
            Try again
          </button>
        }
      >
        <p>{failureSentence(failed)}</p>
      </EmptyState>
    );
  }
  const [truth] = columns;
  if (runs.data === undefined || truth?.data === undefined) return <div className="page" aria-busy="true" />;
  const rows = joinCounts(columns.map(({ data }) => data?.labels ?? []));
  if (rows.length === 0 && known.length === 0) {
    return (
      <EmptyState icon={ChartColumn} title="No labels and no models yet">
        <p>Annotations and the predictions of models stand side by side here, class by class, once there are any.</p>
        <Snippet code={firstRun} />
      </EmptyState>
    );
  }
  return (
    <div className="page">
      <div className="phead">
        <div className="grow">
          <h1>Models</h1>
          <p>
            What the annotations hold and what the runs of models say, class by class: how many labels, on how many
            items.
            {runs.data.total > known.length && ` The newest ${known.length} of ${count(runs.data.total)} runs.`}
          </p>
        </div>
        {known.length > 0 && (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend
          <span className="row wrap g2" role="group" aria-label="Runs">
            {known.map(({ id, name }) => (
              <button
                key={id}
                type="button"
                className="label-chip"
                aria-pressed={!hidden.has(id)}
                onClick={() => setHidden(toggled(hidden, id))}
              >
                <span className="cut">{visibleText(name)}</span>
              </button>
            ))}
          </span>
        )}
      </div>
      {known.length === 0 && (
        <section className="card" aria-label="First run">
          <header>
            <h2>No model has run over this dataset</h2>
          </header>
          <div className="in">
            <Snippet code={firstRun} />
          </div>
        </section>
      )}
      <section className="card" aria-label="Classes">
        <div className="tscroll">
          <table className="classes">
            <thead>
              <tr>
                <th>Class</th>
                <th>Kind</th>
                <th className="num">Ground truth</th>
                {shown.map(({ id, name }) => (
                  <th key={id} className="num">
                    <span className="row g2 end-row">
                      {visibleText(name)}
                      <CopyButton text={id} name={`Copy the run id of ${visibleText(name)}`} />
                    </span>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row
                  key={JSON.stringify([row.kind, row.label, row.taxonomy])}
                  datasetId={datasetId}
                  row={row}
                  colourOf={colourOf}
                  most={mostOf(rows)}
                />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <p className="sm t2">
        {truth.data.unlabelled > 0 && `${counted(truth.data.unlabelled, 'item')} without an annotation. `}
        {truth.data.distinct > truth.data.labels.length &&
          `${count(truth.data.distinct)} classes in all; the ${count(truth.data.labels.length)} of most items are here.`}
      </p>
    </div>
  );
}

interface RowProps {
  datasetId: string;
  row: ClassRow;
  colourOf: ColourOf;
  most: number;
}

function Row({ datasetId, row, colourOf, most }: RowProps): ReactElement {
  const name = visibleText(row.label);
  // a category is asked for by its taxonomy; every other class has a count of its own
  const query = `annotations.${spellWord(row.label)} > 0`;
  const isDrawn = row.kind !== 'category' && row.kind !== 'multicategory';
  const isCounted = isDrawn && row.taxonomy === null;
  const colour = isDrawn ? `var(--d${colourOf(row.label)})` : 'var(--fg-3)';
  return (
    <tr>
      <td>
        <span className="row g3">
          {isDrawn && <span className="label-dot" style={{ background: colour }} aria-hidden="true" />}
          {isCounted && (row.cells[0]?.count ?? 0) > 0 ? (
            <PageLink to={datasetPath(datasetId, { query })}>{name}</PageLink>
          ) : (
            name
          )}
          {row.taxonomy !== null && <span className="t3 cut">{visibleText(row.taxonomy)}</span>}
        </span>
      </td>
      <td className="t2">{row.kind}</td>
      {row.cells.map((cell, at) => (
        <td key={at} className="num">
          {cell === undefined ? (
            <span className="t3">none</span>
          ) : (
            <span className="class-cell">
              <b>{count(cell.count)}</b>
              <span className="t3 nowrap">on {count(cell.items)}</span>
              <span className="class-bar" aria-hidden="true">
                <i style={{ width: `${(100 * cell.count) / most}%`, background: colour }} />
              </span>
            </span>
          )}
        </td>
      ))}
    </tr>
  );
}

function mostOf(rows: readonly ClassRow[]): number {
  return rows.reduce((most, { cells }) => Math.max(most, ...cells.map((cell) => cell?.count ?? 0)), 1);
}
