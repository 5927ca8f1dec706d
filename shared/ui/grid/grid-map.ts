/**
 * Where every tile of a result is, loaded or not. A million tiles are 2,000 pages; a page knows its exact rows once its tiles' aspects
 * are known and stands in with estimated rows before. Positions are in a space without the browser's height limit.
 */
import { estimateRows, justifyRows, type Row, type RowLayout, type RowStyle, squareColumns } from './row-layout.ts';

/** A row to draw; `y` is from the top of the result and `first` the index of its first tile. */
export interface PlacedRow extends Row {
  isLoaded: boolean;
}

export interface GridMap {
  readonly total: number;
  readonly height: number;
  rowsBetween(top: number, bottom: number): PlacedRow[];
  rowOf(index: number): PlacedRow | undefined;
  /** Takes the aspects of a page; positions below it change. */
  learn(page: number, aspects: Float32Array): void;
}

export const pageSize = 500;

export class JustifiedMap implements GridMap {
  readonly total: number;
  readonly #style: RowStyle;
  readonly #known: Map<number, Float32Array>;
  readonly #layouts = new Map<number, RowLayout>();
  readonly #tops: Float64Array;
  readonly #guess: number;
  readonly #fullEstimate: number;

  /** `known` are aspects that are loaded already, for a new width or zoom. */
  constructor(total: number, style: RowStyle, known: Map<number, Float32Array>) {
    this.total = total;
    this.#style = style;
    this.#known = known;
    this.#guess = meanAspect(known);
    const pages = Math.ceil(total / pageSize);
    this.#tops = new Float64Array(pages + 1);
    this.#fullEstimate = estimateRows(Math.min(pageSize, total), this.#guess, style).height;
    this.#stack(0);
  }

  get height(): number {
    return this.#tops[this.#tops.length - 1] ?? 0;
  }

  learn(page: number, aspects: Float32Array): void {
    this.#known.set(page, aspects);
    this.#layouts.delete(page);
    this.#stack(page);
  }

  rowsBetween(top: number, bottom: number): PlacedRow[] {
    const rows: PlacedRow[] = [];
    for (let page = this.#pageAt(top); page < this.#tops.length - 1; page += 1) {
      const start = this.#tops[page] ?? 0;
      if (start > bottom) break;
      for (const row of this.#layoutOf(page).rows) {
        if (start + row.y > bottom) break;
        if (start + row.y + row.height >= top) rows.push(this.#place(page, row));
      }
    }
    return rows;
  }

  rowOf(index: number): PlacedRow | undefined {
    if (index < 0 || index >= this.total) return undefined;
    const page = Math.floor(index / pageSize);
    const within = index % pageSize;
    const row = this.#layoutOf(page).rows.findLast((candidate) => candidate.first <= within);
    return row === undefined ? undefined : this.#place(page, row);
  }

  #place(page: number, row: Row): PlacedRow {
    return {
      ...row,
      first: page * pageSize + row.first,
      y: (this.#tops[page] ?? 0) + row.y,
      isLoaded: this.#aspectsOf(page) !== undefined,
    };
  }

  #pageAt(y: number): number {
    let low = 0;
    let high = Math.max(0, this.#tops.length - 2);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#tops[middle] ?? 0) <= y) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #countOf(page: number): number {
    return Math.min(pageSize, this.total - page * pageSize);
  }

  /** Known aspects of a page, unless the result has grown or shrunk since. */
  #aspectsOf(page: number): Float32Array | undefined {
    const aspects = this.#known.get(page);
    return aspects?.length === this.#countOf(page) ? aspects : undefined;
  }

  #layoutOf(page: number): RowLayout {
    let layout = this.#layouts.get(page);
    if (layout === undefined) {
      const aspects = this.#aspectsOf(page);
      layout =
        aspects === undefined
          ? estimateRows(this.#countOf(page), this.#guess, this.#style)
          : justifyRows(aspects, this.#style);
      this.#layouts.set(page, layout);
    }
    return layout;
  }

  /** Recomputes the tops of the pages after `from`. */
  #stack(from: number): void {
    for (let page = from; page < this.#tops.length - 1; page += 1) {
      const isEstimate = this.#aspectsOf(page) === undefined && this.#countOf(page) === pageSize;
      const height = isEstimate ? this.#fullEstimate : this.#layoutOf(page).height;
      this.#tops[page + 1] = (this.#tops[page] ?? 0) + height;
    }
  }
}

function meanAspect(known: ReadonlyMap<number, Float32Array>): number {
  let sum = 0;
  let count = 0;
  for (const aspects of known.values()) {
    for (const aspect of aspects) sum += aspect;
    count += aspects.length;
  }
  return count === 0 ? 1.4 : sum / count;
}

/** Squares need no aspects: every place is known from the start. */
export class SquareMap implements GridMap {
  readonly total: number;
  readonly #columns: number;
  readonly #side: number;
  readonly #gap: number;
  readonly #known: ReadonlyMap<number, Float32Array>;

  constructor(total: number, style: RowStyle, known: ReadonlyMap<number, Float32Array>) {
    this.total = total;
    this.#columns = squareColumns(style);
    this.#gap = style.gap;
    this.#side = Math.max(8, (style.width - style.gap * (this.#columns - 1)) / this.#columns);
    this.#known = known;
  }

  get height(): number {
    return Math.ceil(this.total / this.#columns) * (this.#side + this.#gap);
  }

  learn(): void {
    // Nothing moves: the shapes do not depend on the tiles.
  }

  rowsBetween(top: number, bottom: number): PlacedRow[] {
    const step = this.#side + this.#gap;
    const last = Math.min(Math.ceil(this.total / this.#columns) - 1, Math.floor(bottom / step));
    const rows: PlacedRow[] = [];
    for (let row = Math.max(0, Math.floor(top / step)); row <= last; row += 1) rows.push(this.#row(row));
    return rows;
  }

  rowOf(index: number): PlacedRow | undefined {
    return index < 0 || index >= this.total ? undefined : this.#row(Math.floor(index / this.#columns));
  }

  #row(row: number): PlacedRow {
    const step = this.#side + this.#gap;
    const first = row * this.#columns;
    const count = Math.min(this.#columns, this.total - first);
    return {
      first,
      count,
      y: Math.round(row * step),
      height: Math.round(this.#side),
      xs: Array.from({ length: count + 1 }, (_, column) => Math.round(column * step)),
      isLoaded: this.#known.has(Math.floor(first / pageSize)),
    };
  }
}
