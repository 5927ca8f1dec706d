import { failureSentence } from '@nucleus/shared/ui/client/call-failure.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { ReactElement } from 'react';
import { Snippet } from '../frame/snippet.tsx';
import { toggled } from './label-choices.ts';
import { ConfidenceSlider, LayerChips } from './label-legend.tsx';
import { isSure, type LabelView } from './label-views.ts';
import type { ItemLabels } from './use-item-labels.ts';

/** The labels of an item one by one: which are drawn, and from which confidence on. */
export function LabelsTab({ labels }: { labels: ItemLabels }): ReactElement {
  const { layers } = labels;
  const shown = layers.filter((layer) => layer.isShown && (layer.labels?.length ?? 0) > 0);
  const hasNone = shown.length === 0 && layers.every((layer) => layer.isShown) && !labels.isPending;
  if (hasNone && labels.error === null) {
    return (
      <>
        <p className="sm t2">This item has no annotations, and no model has said anything about it.</p>
        <Snippet
          code={
            'dataset.annotate([\n  BoxAnnotation("car", x=10, y=20, width=80, height=60,\n                reference_id=…)])'
          }
        />
      </>
    );
  }
  return (
    <>
      {labels.error !== null && (
        <div className="note d" role="alert">
          {failureSentence(labels.error)}
        </div>
      )}
      {layers.length > 1 && <LayerChips labels={labels} />}
      {labels.hasConfidence && <ConfidenceSlider labels={labels} />}
      {shown.map((layer) => (
        <section key={layer.id} className="field-group" aria-label={visibleText(layer.name)}>
          <h2>{visibleText(layer.name)}</h2>
          <ul className="label-rows">
            {layer.labels?.map((row) => (
              <li key={row.id}>
                <Row row={row} labels={labels} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

/** What has no place in the picture has nothing to hide. */
function Row({ row, labels }: { row: LabelView; labels: ItemLabels }): ReactElement {
  const { choices, change, colourOf } = labels;
  const about = (
    <>
      <span
        className="label-dot"
        style={{ background: `var(--d${colourOf(row.classes[0] ?? '')})` }}
        aria-hidden="true"
      />
      <span className="cut">{visibleText(row.name)}</span>
      {row.taxonomy !== undefined && <span className="t3 cut">{visibleText(row.taxonomy)}</span>}
      <span className="end row g2 nowrap">
        <span className="t3">{row.kind}</span>
        {row.confidence !== undefined && <span className="mono">{row.confidence.toFixed(2)}</span>}
      </span>
    </>
  );
  if (row.shape === undefined) return <div className="row sm label-row unplaced">{about}</div>;
  const canBeDrawn = isSure(row, choices.least) && row.classes.some((name) => !choices.hiddenClasses.has(name));
  return (
    <label className="row sm label-row">
      <input
        type="checkbox"
        checked={!choices.hiddenIds.has(row.id) && canBeDrawn}
        disabled={!canBeDrawn}
        onChange={() => change({ hiddenIds: toggled(choices.hiddenIds, row.id) })}
      />
      {about}
    </label>
  );
}
