import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { Eye, EyeOff, Type } from 'lucide-react';
import type { ReactElement } from 'react';
import { toggled } from './label-choices.ts';
import type { ClassEntry, ItemLabels, LabelLayer } from './use-item-labels.ts';

/** Below the large view: what is drawn, class by class and model by model, and how strongly. */
export function LabelLegend({ labels, notes }: { labels: ItemLabels; notes: readonly string[] }): ReactElement {
  const { layers, classes, choices, change } = labels;
  const isEmpty = !labels.isPending && layers.length <= 1 && layers.every((layer) => layer.labels?.length === 0);
  const whole = labels.drawn.filter(({ shape, kind }) => shape === undefined && kind !== 'cuboid');
  if (isEmpty) return <p className="sm t3 stage-bar legend">No annotations, and no model has run over this dataset.</p>;
  return (
    <section className="stage-bar legend col" aria-label="Labels drawn" aria-busy={labels.isPending}>
      <div className="row wrap legend-tools">
        <button
          type="button"
          className="btn dense"
          aria-pressed={choices.isShown}
          title="Labels on, off (B)"
          onClick={() => change({ isShown: !choices.isShown })}
        >
          {choices.isShown ? (
            <Eye className="icon s" aria-hidden="true" />
          ) : (
            <EyeOff className="icon s" aria-hidden="true" />
          )}
          Labels <kbd className="hide-s">B</kbd>
        </button>
        <LayerChips labels={labels} />
        <span className="row wrap end legend-sliders">
          {labels.hasConfidence && <ConfidenceSlider labels={labels} />}
          <label className="row g3 sm t2 nowrap">
            Fill
            <input
              type="range"
              className="zoom"
              aria-label="Strength of fills and masks, percent"
              min={0}
              max={100}
              step={5}
              value={Math.round(choices.opacity * 100)}
              onChange={({ target }) => change({ opacity: Number(target.value) / 100 })}
            />
          </label>
          <button
            type="button"
            className="btn ghost icon-only dense"
            aria-pressed={choices.showsNames}
            aria-label="Names of labels"
            title="Names of labels on, off (N)"
            onClick={() => change({ showsNames: !choices.showsNames })}
          >
            <Type className="icon s" aria-hidden="true" />
          </button>
        </span>
      </div>
      {classes.length > 0 && (
        <ul className="row wrap legend-classes" aria-label="Classes">
          {classes.map((entry) => (
            <li key={entry.name}>
              <ClassChip
                entry={entry}
                onToggle={() => change({ hiddenClasses: toggled(choices.hiddenClasses, entry.name) })}
              />
            </li>
          ))}
          {choices.hiddenClasses.size > 0 && (
            <li>
              <button
                type="button"
                className="btn ghost dense"
                onClick={() => change({ hiddenClasses: new Set<string>() })}
              >
                Show all classes
              </button>
            </li>
          )}
        </ul>
      )}
      {whole.length > 0 && (
        <p className="sm t2">
          Of the whole item: <b>{whole.map(({ name }) => visibleText(name)).join(', ')}</b>
        </p>
      )}
      {notes.map((note) => (
        <p key={note} className="sm t2">
          {note}
        </p>
      ))}
      {labels.error !== null && (
        <p className="sm c-d" role="alert">
          Some predictions did not load. They are asked for again with the next item.
        </p>
      )}
    </section>
  );
}

/** A button for the annotations and for each run, with the line that theirs are drawn in. */
export function LayerChips({ labels }: { labels: ItemLabels }): ReactElement {
  const { layers, choices, change } = labels;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a border and a legend
    <span className="row wrap g2" role="group" aria-label="Whose labels">
      {layers.map((layer) => (
        <button
          key={layer.id}
          type="button"
          className="label-chip"
          aria-pressed={layer.isShown}
          onClick={() => change({ layers: new Map(choices.layers).set(layer.id, !layer.isShown) })}
        >
          <LineSample dash={layer.dash} />
          <span className="cut">{visibleText(layer.name)}</span>
          {layer.isShown && layer.labels !== undefined && <CountOf layer={layer} least={choices.least} />}
        </button>
      ))}
    </span>
  );
}

function CountOf({ layer, least }: { layer: LabelLayer; least: number }): ReactElement {
  const all = layer.labels ?? [];
  const sure = all.filter(({ confidence }) => confidence === undefined || confidence >= least).length;
  return (
    <span className="t3 nowrap">{sure === all.length ? count(sure) : `${count(sure)} of ${count(all.length)}`}</span>
  );
}

export function ConfidenceSlider({ labels }: { labels: Pick<ItemLabels, 'choices' | 'change'> }): ReactElement {
  const { choices, change } = labels;
  return (
    <label className="row g3 sm t2 nowrap">
      <span>Confidence ≥ {choices.least.toFixed(2)}</span>
      <input
        type="range"
        className="zoom"
        aria-label="Minimum confidence"
        min={0}
        max={1}
        step={0.05}
        value={choices.least}
        onChange={({ target }) => change({ least: Number(target.value) })}
      />
    </label>
  );
}

function ClassChip({ entry, onToggle }: { entry: ClassEntry; onToggle: () => void }): ReactElement {
  return (
    <button type="button" className="label-chip" aria-pressed={entry.isShown} onClick={onToggle}>
      <span
        className={`label-dot${entry.isShown ? '' : ' off'}`}
        style={entry.isShown ? { background: `var(--d${entry.colour})` } : undefined}
        aria-hidden="true"
      />
      <span className="cut">{visibleText(entry.name)}</span>
      <span className="t3">{count(entry.count)}</span>
    </button>
  );
}

function LineSample({ dash }: { dash: readonly number[] }): ReactElement {
  return (
    <svg className="line-sample" viewBox="0 0 22 8" aria-hidden="true">
      <line x1="1" y1="4" x2="21" y2="4" strokeDasharray={dash.join(' ')} />
    </svg>
  );
}
