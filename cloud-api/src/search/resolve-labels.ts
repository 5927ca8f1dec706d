/** What `annotations.` and `predictions.` mean in queries (wire contract 4.6), as SQL over the label counts. Names no input. */
import { isCategorical, type LabelKind, labelKinds } from '@nucleus/shared/labels/label-kinds';
import { QueryError } from '@nucleus/shared/query/query-error';
import type { FieldPath } from '@nucleus/shared/query/query-tree';
import type { LabelState } from './apply-labels.ts';
import type { NameSet } from './name-sets.ts';
import { nearestName } from './nearest-name.ts';
import type { SearchField } from './search-field.ts';

/** A count, or a taxonomy, whose labels an item has or lacks. */
type LabelMeaning = { count: SearchField; taxonomy?: never } | { taxonomy: NameSet; count?: never };

const categorical = labelKinds.flatMap((kind, place) => (isCategorical(kind) ? [place] : [])).join(', ');

/**
 * Meaning of a path below `annotations` or `predictions`: `count`, a class, `KIND.count`, `KIND.CLASS` or a taxonomy. Labels of whole
 * items are counted below their kind alone. Below `predictions` a run may be named first; without one it is the newest. Undefined for
 * any other path.
 * @throws QueryError at the field when there is no such run or class
 */
export function resolveLabels(field: FieldPath, labels: LabelState): LabelMeaning | undefined {
  const [root = '', ...path] = field.path;
  if (root !== 'annotations' && root !== 'predictions') return undefined;
  const { run, rest } = root === 'annotations' ? { run: 0, rest: path } : chooseRun(field, path, labels);
  const name = field.path.join('.');
  const [first = '', ...more] = rest;
  const whole = rest.join('.');
  if (first === '') throw new QueryError(`After ${root} comes count, a class, a kind or a taxonomy.`, field);
  if (whole === 'count')
    return { count: { name, type: 'number', column: sumOf('label_totals', 'objects', `run = ${run}`) } };
  const taxonomy = labels.taxonomies.get(whole);
  if (taxonomy !== undefined) return { taxonomy: labelsOf(name, run, taxonomy, labels) };
  const kind = more.length === 0 ? -1 : labelKinds.indexOf(first as LabelKind);
  const label = kind < 0 ? whole : more.join('.');
  const ofKind = kind < 0 ? `kind not in (${categorical})` : `kind = ${kind}`;
  const ofClass = kind >= 0 && label === 'count' ? '' : ` and class = ${placeOfClass(field, label, labels)}`;
  return {
    count: { name, type: 'number', column: sumOf('label_counts', 'n', `run = ${run} and ${ofKind}${ofClass}`) },
  };
}

function chooseRun(field: FieldPath, path: readonly string[], labels: LabelState): { run: number; rest: string[] } {
  const [first = '', ...rest] = path;
  if (first.startsWith('run_')) {
    const run = labels.runs.get(first);
    if (run === undefined) throw new QueryError('This dataset has no such model run.', field);
    return { run, rest };
  }
  const run = [...labels.runs.values()].at(-1) ?? 0;
  if (run === 0) throw new QueryError('This dataset has no predictions.', field);
  return { run, rest: [...path] };
}

function sumOf(table: string, column: string, condition: string): string {
  return `cast(coalesce((select sum(l.${column}) from ${table} l where l.${condition.replaceAll(' and ', ' and l.')} and l.seq = items.seq), 0) as double precision)`;
}

/** A class that no label has is no item's. */
function labelsOf(name: string, run: number, taxonomy: number, { classes }: LabelState): NameSet {
  const labelled = (condition: string): string =>
    `(seq in (select seq from label_counts where run = ${run} and kind in (${categorical}) and taxonomy = ${taxonomy}${condition}))`;
  return {
    name,
    is: 'a taxonomy',
    has: (label) => (classes.has(label) ? labelled(` and class = ${classes.get(label)}`) : '(false)'),
    hasAny: () => labelled(''),
  };
}

function placeOfClass(field: FieldPath, label: string, labels: LabelState): number {
  const place = labels.classes.get(label);
  if (place !== undefined) return place;
  const near = nearestName(label, [...labels.classes.keys(), ...labels.taxonomies.keys()]);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new QueryError(`No label of this dataset has the class "${label}".${hint}`, field);
}
