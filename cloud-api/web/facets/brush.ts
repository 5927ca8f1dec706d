/** Arithmetic between a histogram's bins and the bounds that a query asks for. Pure. */
import { recordFields } from '@nucleus/shared/record/fields';

/** Equal bins from `min` to `max`. With `isWhole`, bin k holds exactly the value min + k. */
export interface Bins {
  count: number;
  min: number;
  max: number;
  isWhole: boolean;
}

/** First and last bin that are chosen, both inclusive. */
export interface Brush {
  first: number;
  last: number;
}

const mostBins = 24;

/** How to cut a field's span: one bin per value where it holds few whole numbers. */
export function binsOf(field: string, min: number, max: number): Bins {
  const shape = Object.hasOwn(recordFields, field) ? recordFields[field as keyof typeof recordFields].shape : undefined;
  const values = max - min + 1;
  const isWhole = shape?.kind === 'integer' && Number.isInteger(values) && values <= mostBins;
  return { count: isWhole ? values : mostBins, min, max, isWhole };
}

/** The brush that shows given bounds; undefined bounds reach to the end. */
export function brushOf(bins: Bins, atLeast: number | undefined, atMost: number | undefined): Brush {
  const first = atLeast === undefined ? 0 : within(bins, binAt(bins, atLeast));
  const last = atMost === undefined ? bins.count - 1 : within(bins, lastBinAt(bins, atMost));
  return { first: Math.min(first, last), last: Math.max(first, last) };
}

/** The bounds that a brush asks for; one that touches an end asks for nothing there. */
export function boundsOf(bins: Bins, brush: Brush): { atLeast?: number; atMost?: number } {
  return {
    ...(brush.first === 0 ? {} : { atLeast: lowEdge(bins, brush.first) }),
    ...(brush.last === bins.count - 1 ? {} : { atMost: highEdge(bins, brush.last) }),
  };
}

/** Lowest value of a bin. */
export function lowEdge(bins: Bins, bin: number): number {
  return bins.isWhole ? bins.min + bin : tidy(bins.min + bin * width(bins), bins);
}

/** Highest value of a bin. */
export function highEdge(bins: Bins, bin: number): number {
  return bins.isWhole ? bins.min + bin : tidy(bins.min + (bin + 1) * width(bins), bins);
}

/** Moves one end of a brush; the ends never cross. */
export function moveEnd(bins: Bins, brush: Brush, end: 'first' | 'last', to: number): Brush {
  const bin = within(bins, to);
  return end === 'first'
    ? { ...brush, first: Math.min(bin, brush.last) }
    : { ...brush, last: Math.max(bin, brush.first) };
}

const width = (bins: Bins): number => (bins.max - bins.min) / bins.count;
const within = (bins: Bins, bin: number): number => Math.min(bins.count - 1, Math.max(0, bin));
// An edge was rounded when it was written: half a hundredth of a bin is forgiven.
const slack = 0.01;

function binAt(bins: Bins, value: number): number {
  if (bins.isWhole) return Math.ceil(value - bins.min);
  return width(bins) === 0 ? 0 : Math.floor((value - bins.min) / width(bins) + slack);
}

function lastBinAt(bins: Bins, value: number): number {
  if (bins.isWhole) return Math.floor(value - bins.min);
  return width(bins) === 0 ? 0 : Math.ceil((value - bins.min) / width(bins) - slack) - 1;
}

/** Rounded to a hundredth of a bin, so that queries hold short numbers. */
function tidy(value: number, bins: Bins): number {
  const step = width(bins) / 100;
  if (step === 0) return value;
  const digits = Math.max(0, Math.ceil(-Math.log10(step)));
  return digits > 12 ? value : Number(value.toFixed(digits));
}
