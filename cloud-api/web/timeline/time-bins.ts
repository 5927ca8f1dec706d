/** How a span of time is cut into bars, and bars back into texts of a query. Pure. Times are milliseconds since 1970, read as UTC. */
import type { TimeSpan } from '@nucleus/shared/query/time-span';
import type { FieldView } from '@nucleus/shared/wire/insights';
import type { Bins, Brush } from '../facets/brush.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** As many as the API counts at once. */
const mostBars = 160;
const fewDays = 3;

/** Fields of times in the order in which one is chosen; of equal ones, the first. */
const timeFields = ['capture_local', 'capture_time', 'ingest_day'] as const;

/** The fields of times with at least two values, those that most items have first. */
export function timeFieldsOf(fields: readonly FieldView[]): FieldView[] {
  return timeFields
    .flatMap((name) => fields.find((field) => field.name === name && field.distinct > 1) ?? [])
    .toSorted((a, b) => a.missing - b.missing);
}

/** Bars of whole days, as few as needed; of whole hours where all is within a few days. */
export function timeBins(minMs: number, maxMs: number): Bins {
  const isShort = maxMs - minMs < fewDays * dayMs;
  const unit = isShort ? hourMs : dayMs;
  const first = Math.floor(minMs / unit);
  const units = Math.floor(maxMs / unit) + 1 - first;
  const width = Math.ceil(units / mostBars);
  const count = Math.ceil(units / width);
  return { count, min: first * unit, max: (first + count * width) * unit, isWhole: false };
}

/** The span that a brush means; an end that touches the edge asks for nothing there. */
export function spanOfBrush(bins: Bins, brush: Brush): TimeSpan {
  const width = (bins.max - bins.min) / bins.count;
  return {
    ...(brush.first === 0 ? {} : { from: timeText(bins.min + brush.first * width) }),
    ...(brush.last === bins.count - 1 ? {} : { before: timeText(bins.min + (brush.last + 1) * width) }),
  };
}

/** Milliseconds of the ends of a span, where they are dates or times. */
export function boundsOfSpan(span: TimeSpan): { atLeast?: number; atMost?: number } {
  const [from, before] = [span.from, span.before].map((text) => (text === undefined ? Number.NaN : readTime(text)));
  return {
    ...(from === undefined || Number.isNaN(from) ? {} : { atLeast: from }),
    ...(before === undefined || Number.isNaN(before) ? {} : { atMost: before }),
  };
}

/** A day as it is, a time of day to the second: both sort among the texts of records. */
function timeText(ms: number): string {
  const text = new Date(ms).toISOString();
  return ms % dayMs === 0 ? text.slice(0, 10) : text.slice(0, 19);
}

function readTime(text: string): number {
  return Date.parse(/T/.test(text) && !text.endsWith('Z') ? `${text}Z` : text);
}

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });

/** `14 Sep 2026`; with the time of day where bars are hours. */
export function timeWords(ms: number): string {
  return ms % dayMs === 0 ? day.format(ms) : `${day.format(ms)}, ${hour.format(ms)}`;
}

/** The first and last day of a span in words; its end does not belong to it. */
export function spanWords(fromMs: number, beforeMs: number): string {
  const last = beforeMs % dayMs === 0 ? beforeMs - dayMs : beforeMs;
  return last <= fromMs ? timeWords(fromMs) : `${timeWords(fromMs)} – ${timeWords(last)}`;
}
