import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { ReactElement } from 'react';
import { isSure, type LabelView } from './label-views.ts';
import type { ItemLabels } from './use-item-labels.ts';

const steps = 20;

/** The labels of an item: which are drawn, and from which confidence on. */
export function LabelsTab({ labels }: { labels: ItemLabels }): ReactElement {
  const { annotations, predictions, run } = labels;
  const hasConfidence = predictions.some(({ confidence }) => confidence !== undefined);
  if (annotations.length + predictions.length === 0 && !labels.isPending && labels.error === null)
    return <p className="sm t2">This item has no annotations, and no model has said anything about it.</p>;
  return (
    <>
      {labels.error !== null && (
        <div className="note d" role="alert">
          {failureSentence(labels.error)}
        </div>
      )}
      {hasConfidence && (
        <label className="row sm">
          <span className="t2 nowrap">Confidence ≥ {labels.least.toFixed(2)}</span>
          <input
            type="range"
            className="zoom end"
            aria-label="Minimum confidence"
            min={0}
            max={1}
            step={1 / steps}
            value={labels.least}
            onChange={(event) => labels.setLeast(Number(event.target.value))}
          />
        </label>
      )}
      {annotations.length > 0 && <Group title="Ground truth" rows={annotations} labels={labels} />}
      {run !== undefined && predictions.length > 0 && (
        <Group title={visibleText(run)} rows={predictions} labels={labels} />
      )}
    </>
  );
}

function Group(props: { title: string; rows: readonly LabelView[]; labels: ItemLabels }): ReactElement {
  const { title, rows, labels } = props;
  return (
    <section className="field-group" aria-label={title}>
      <h2>{title}</h2>
      <ul className="label-rows">
        {rows.map((row) => (
          <li key={row.id}>
            <Row row={row} labels={labels} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What has no place in the picture has nothing to hide. */
function Row({ row, labels }: { row: LabelView; labels: ItemLabels }): ReactElement {
  const about = (
    <>
      <span className="label-dot" style={{ background: `var(--d${row.colour})` }} aria-hidden="true" />
      <span className="cut">{visibleText(row.name)}</span>
      {row.taxonomy !== undefined && <span className="t3 cut">{visibleText(row.taxonomy)}</span>}
      <span className="end row g2 nowrap">
        <span className="t3">{row.kind}</span>
        {row.confidence !== undefined && <span className="mono">{row.confidence.toFixed(2)}</span>}
      </span>
    </>
  );
  if (row.shape === undefined) return <div className="row sm label-row unplaced">{about}</div>;
  return (
    <label className="row sm label-row">
      <input
        type="checkbox"
        checked={!labels.hidden.has(row.id) && isSure(row, labels.least)}
        disabled={!isSure(row, labels.least)}
        onChange={() => labels.toggle(row.id)}
      />
      {about}
    </label>
  );
}
