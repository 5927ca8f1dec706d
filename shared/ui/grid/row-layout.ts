/**
 * Rows of tiles: which tiles share a row and how wide each is. Pure.
 * A page of tiles is laid out by itself and fills its rows to the edge, the last one too, so that pages join without gaps.
 */

/** A row of a page; `y` is from the top of the page, `first` from its first tile. */
export interface Row {
  first: number;
  count: number;
  y: number;
  height: number;
  /** Left edges of the tiles, and one more: the right end of the row plus a gap. */
  xs: readonly number[];
}
export interface RowLayout {
  rows: readonly Row[];
  height: number;
}
export interface RowStyle {
  width: number;
  /** Wanted height of a tile. */
  target: number;
  gap: number;
}

// Panoramas and strips are cropped: one tile must not fill rows alone or shrink to a line.
const narrowest = 0.4;
const widest = 3.2;
// A row that fills the width only by growing further than this is left short.
const highest = 2.4;

export function clampAspect(aspect: number): number {
  return Number.isFinite(aspect) ? Math.min(widest, Math.max(narrowest, aspect)) : 1;
}

/** Rows of equal width whose heights stay near the target; each tile keeps its (clamped) aspect. */
export function justifyRows(aspects: ArrayLike<number>, style: RowStyle): RowLayout {
  const total = sumOf(aspects);
  if (aspects.length === 0 || style.width <= 0) return { rows: [], height: 0 };
  const perRow = Math.max(narrowest, style.width / style.target);
  const wantedRows = Math.max(1, Math.round(total / perRow));
  const share = total / wantedRows;
  const rows: Row[] = [];
  let y = 0;
  let first = 0;
  let sum = 0;
  let rowSum = 0;
  for (let i = 0; i < aspects.length; i += 1) {
    const aspect = clampAspect(aspects[i] ?? 1);
    const end = share * (rows.length + 1);
    const isLastRow = rows.length === wantedRows - 1;
    // The row ends where the running sum comes nearest to its share.
    if (!isLastRow && i > first && sum + aspect - end > end - sum) {
      y = pushRow(rows, aspects, { first, count: i - first, sum: rowSum }, style, y);
      first = i;
      rowSum = 0;
    }
    sum += aspect;
    rowSum += aspect;
  }
  y = pushRow(rows, aspects, { first, count: aspects.length - first, sum: rowSum }, style, y);
  return { rows, height: y };
}

function pushRow(
  rows: Row[],
  aspects: ArrayLike<number>,
  part: { first: number; count: number; sum: number },
  style: RowStyle,
  y: number,
): number {
  const free = style.width - style.gap * (part.count - 1);
  const height = Math.max(8, Math.round(Math.min(style.target * highest, free / part.sum)));
  const isFull = free / part.sum <= style.target * highest;
  const scale = isFull ? free / part.sum : height;
  const xs: number[] = [];
  let x = 0;
  for (let i = 0; i < part.count; i += 1) {
    xs.push(Math.round(x));
    x += clampAspect(aspects[part.first + i] ?? 1) * scale + style.gap;
  }
  xs.push(Math.round(x));
  rows.push({ first: part.first, count: part.count, y, height, xs });
  return y + height + style.gap;
}

function sumOf(aspects: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < aspects.length; i += 1) sum += clampAspect(aspects[i] ?? 1);
  return sum;
}

/** Rows of a page that is not loaded: tiles of one aspect. Only their height and number have to be about right. */
export function estimateRows(count: number, aspect: number, style: RowStyle): RowLayout {
  return justifyRows(new Float32Array(count).fill(aspect), style);
}

/** Columns of the squares mode. */
export function squareColumns(style: RowStyle): number {
  return Math.max(1, Math.round((style.width + style.gap) / (style.target + style.gap)));
}
