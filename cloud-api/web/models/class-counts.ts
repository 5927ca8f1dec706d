/** Classes of the annotations beside those of runs, as one table. Pure. */

export interface ClassCount {
  kind: string;
  label: string;
  taxonomy: string | null;
  items: number;
  count: number;
}
export interface ClassRow {
  kind: string;
  label: string;
  taxonomy: string | null;
  /** Of the annotations, then of each run in its order; undefined where there is none. */
  cells: readonly ({ items: number; count: number } | undefined)[];
}

const keyOf = ({ kind, label, taxonomy }: Omit<ClassCount, 'items' | 'count'>): string =>
  JSON.stringify([kind, label, taxonomy]);

/** Every class that any column has, those of most annotations first. */
export function joinCounts(columns: readonly (readonly ClassCount[])[]): ClassRow[] {
  const cells = columns.map((column) => new Map(column.map((each) => [keyOf(each), each])));
  const known = new Map(columns.flat().map((each) => [keyOf(each), each]));
  const most = (row: ClassRow): number => Math.max(...row.cells.map((cell) => cell?.count ?? 0));
  return Array.from(known, ([key, { kind, label, taxonomy }]) => ({
    kind,
    label,
    taxonomy,
    cells: cells.map((column) => {
      const found = column.get(key);
      return found === undefined ? undefined : { items: found.items, count: found.count };
    }),
  })).toSorted(
    (a, b) => (b.cells[0]?.count ?? 0) - (a.cells[0]?.count ?? 0) || most(b) - most(a) || (a.label < b.label ? -1 : 1),
  );
}
