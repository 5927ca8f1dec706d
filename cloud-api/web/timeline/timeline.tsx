import { noChoice, withChoice } from '@nucleus/shared/query/facet-choice';
import { readSpan, withSpan } from '@nucleus/shared/query/time-span';
import { useKeys } from '@nucleus/shared/ui/keyboard/use-keys.ts';
import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { type FieldView, type HistogramView, insightEndpoints } from '@nucleus/shared/wire/insights';
import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { X } from 'lucide-react';
import { type ReactElement, type ReactNode, useRef, useState } from 'react';
import { callCloud } from '../cloud/call-cloud.ts';
import { type Brush, brushOf } from '../facets/brush.ts';
import { Histogram } from '../facets/histogram.tsx';
import { boundsOfSpan, spanOfBrush, spanWords, timeBins, timeWords } from './time-bins.ts';
import './timeline.css';

interface TimelineProps {
  datasetId: string;
  /** The fields of times, at least one; the first is shown unless another is chosen or asked for. */
  fields: readonly FieldView[];
  /** The query whose result is shown; it parses. */
  query: string;
  onQuery: (query: string) => void;
}

const names: Record<string, string> = {
  capture_local: 'Captured',
  capture_time: 'Captured, UTC',
  ingest_day: 'First catalogued',
};
/** As a choice among several, where the clock has to be told. */
const choices: Record<string, string> = { ...names, capture_local: 'Captured, local' };
const place = 'nucleus.timeline';

function storedField(): string | null {
  try {
    return localStorage.getItem(place);
  } catch {
    return null;
  }
}

function storeField(name: string): void {
  try {
    localStorage.setItem(place, name);
  } catch {
    // Storage may be closed or full: the choice then lasts as long as the page.
  }
}

/**
 * When the items that meet the query were taken: bars over the whole time of the dataset, and a brush that becomes query text. Where
 * times are known by more than one clock, the clock is chosen here, and what the brush asks for goes along.
 */
export function Timeline({ datasetId, fields, query, onQuery }: TimelineProps): ReactElement | null {
  const [chosen, setChosen] = useState(storedField);
  const asked = fields.find(({ name }) => Object.keys(readSpan(query, name)).length > 0);
  const field = asked ?? fields.find(({ name }) => name === chosen) ?? fields[0];
  if (field === undefined) return null;
  const change = (name: string): void => {
    setChosen(name);
    storeField(name);
    const span = readSpan(query, field.name);
    if (Object.keys(span).length > 0) onQuery(withSpan(withSpan(query, field.name, {}), name, span));
  };
  return (
    <Strip datasetId={datasetId} field={field} query={query} onQuery={onQuery}>
      {fields.length === 1 ? (
        <span className="xs t3">{names[field.name] ?? field.name}</span>
      ) : (
        <select
          className="timeline-clock xs"
          aria-label="Time shown"
          value={field.name}
          onChange={({ target }) => change(target.value)}
        >
          {fields.map(({ name }) => (
            <option key={name} value={name}>
              {choices[name] ?? name}
            </option>
          ))}
        </select>
      )}
    </Strip>
  );
}

interface StripProps {
  datasetId: string;
  field: FieldView;
  query: string;
  onQuery: (query: string) => void;
  /** What the times are. */
  children: ReactNode;
}

function Strip({ datasetId, field, query, onQuery, children }: StripProps): ReactElement {
  const box = useRef<HTMLElement>(null);
  useKeys({ y: () => box.current?.querySelector<HTMLElement>('[role=slider]')?.focus() });
  const whole = useTimes(datasetId, field, '', undefined).data;
  const bins =
    whole === undefined || whole.min === null || whole.max === null ? undefined : timeBins(whole.min, whole.max);
  const others = withSpan(query, field.name, {});
  const counted = useTimes(datasetId, field, others, bins).data;
  // what came before may have been cut into other bars
  const counts = counted?.bins.length === bins?.count ? counted : undefined;
  if (bins === undefined || counts === undefined)
    return <section className="timeline" aria-busy="true" aria-label="Timeline" />;
  const span = readSpan(query, field.name);
  const brush = brushOf(bins, boundsOfSpan(span));
  const isChosen = span.from !== undefined || span.before !== undefined;
  const edge = (bin: number): number => bins.min + (bin * (bins.max - bins.min)) / bins.count;
  const change = (next: Brush): void => onQuery(withSpan(query, field.name, spanOfBrush(bins, next)));
  const lacking = (): void => onQuery(withChoice(others, field.name, { ...noChoice, missing: 'only' }));
  return (
    <section ref={box} className="timeline" aria-label="Timeline">
      <div className="timeline-words">
        {children}
        <span className="sm nowrap">{spanWords(edge(brush.first), edge(brush.last + 1))}</span>
      </div>
      <Histogram
        name={names[field.name] ?? field.name}
        bins={bins}
        counts={counts.bins}
        brush={brush}
        format={timeWords}
        onBrush={change}
      />
      <div className="timeline-words end">
        {isChosen ? (
          <button
            type="button"
            className="btn ghost icon-only dense"
            aria-label="Clear the time"
            title="Clear the time"
            onClick={() => change({ first: 0, last: bins.count - 1 })}
          >
            <X className="icon s" aria-hidden="true" />
          </button>
        ) : (
          counts.missing > 0 && (
            <button type="button" className="timeline-lacking" title="Only items without a time" onClick={lacking}>
              <span className="xs t3">No time</span>
              <span className="sm">{count(counts.missing)}</span>
            </button>
          )
        )}
      </div>
    </section>
  );
}

/** Distribution of a field of times among what meets a query; without bins, its first and last moment. */
function useTimes(
  datasetId: string,
  field: FieldView,
  query: string,
  bins: { count: number; min: number; max: number } | undefined,
): UseQueryResult<HistogramView | undefined> {
  const isSpan = query === '' && bins === undefined;
  return useQuery({
    queryKey: ['timeline', datasetId, field.name, field.distinct, query, bins],
    queryFn: async ({ signal }) => {
      const cut = bins === undefined ? { bins: 1 } : { bins: bins.count, span: { min: bins.min, max: bins.max } };
      const body = { query, fields: [field.name], ...cut };
      return (await callCloud(insightEndpoints.countHistogram, { params: { datasetId }, body, signal })).histograms[0];
    },
    enabled: isSpan || bins !== undefined,
    placeholderData: keepPreviousData,
  });
}
