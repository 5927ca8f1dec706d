import { type GridMap, type PlacedRow, pageSize } from './grid-map.ts';
import type { RowStyle } from './row-layout.ts';

/** Height of a line of the list, CSS pixels. */
const lineHeight = 34;

/** One item a row, all of one height: every place is known from the start. */
export class ListMap implements GridMap {
  readonly total: number;
  readonly #width: number;
  readonly #known: ReadonlyMap<number, Float32Array>;

  constructor(total: number, style: RowStyle, known: ReadonlyMap<number, Float32Array>) {
    this.total = total;
    this.#width = style.width;
    this.#known = known;
  }

  get height(): number {
    return this.total * lineHeight;
  }

  learn(): void {
    // Nothing moves: lines do not depend on their tiles.
  }

  rowsBetween(top: number, bottom: number): PlacedRow[] {
    const last = Math.min(this.total - 1, Math.floor(bottom / lineHeight));
    const rows: PlacedRow[] = [];
    for (let at = Math.max(0, Math.floor(top / lineHeight)); at <= last; at += 1) rows.push(this.#row(at));
    return rows;
  }

  rowOf(index: number): PlacedRow | undefined {
    return index < 0 || index >= this.total ? undefined : this.#row(index);
  }

  #row(index: number): PlacedRow {
    return {
      first: index,
      count: 1,
      y: index * lineHeight,
      height: lineHeight,
      xs: [0, this.#width],
      isLoaded: this.#known.has(Math.floor(index / pageSize)),
    };
  }
}
