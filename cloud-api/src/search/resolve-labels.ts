/** What `annotations.` and `predictions.` mean in queries (wire contract 4.6), as SQL over the label counts. Names no input. */
import { isCategorical, type LabelKind, labelKinds } from '@nucleus/shared/labels/label-kinds';
import { QueryError } from '@nucleus/shared/query/query-error';
import type { ConditionNode, FieldPath, ValueNode } from '@nucleus/shared/query/query-tree';
import type { LabelState } from './apply-labels.ts';
import { nearestName } from './nearest-name.ts';
import type { SearchField } from './search-field.ts';

/** A count, or a taxonomy, whose labels an item has or lacks. */
type LabelMeaning = { count: SearchField; taxonomy?: never } | { taxonomy: Taxonomy; count?: never };

interface Taxonomy {
  name: string;
  /** Whether an item has a label of it; any label when no class is named. A class that no label has is no item's. */
  has: (label?: string) => string;
}

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
  if (taxonomy !== undefined) return { taxonomy: { name, has: membership(run, taxonomy, labels) } };
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

function membership(run: number, taxonomy: number, labels: LabelState): Taxonomy['has'] {
  return (label) => {
    const place = label === undefined ? undefined : labels.classes.get(label);
    if (label !== undefined && place === undefined) return '(false)';
    const ofClass = place === undefined ? '' : ` and class = ${place}`;
    return `(seq in (select seq from label_counts where run = ${run} and kind in (${categorical}) and taxonomy = ${taxonomy}${ofClass}))`;
  };
}

function placeOfClass(field: FieldPath, label: string, labels: LabelState): number {
  const place = labels.classes.get(label);
  if (place !== undefined) return place;
  const near = nearestName(label, [...labels.classes.keys(), ...labels.taxonomies.keys()]);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new QueryError(`No label of this dataset has the class "${label}".${hint}`, field);
}

/**
 * A condition on the labels of a taxonomy, as SQL; undefined for any other condition. An item of several labels meets `=` with each.
 * @throws QueryError for another comparison than `=`, `!=` and `IN`, or with what is no text
 */
export function ofTaxonomy(node: ConditionNode, labels: LabelState): string | undefined {
  const field = node.kind === 'compare' ? node.left : 'field' in node ? node.field : undefined;
  const taxonomy = field?.kind === 'field' ? resolveLabels(field, labels)?.taxonomy : undefined;
  if (taxonomy === undefined) return undefined;
  const isOneOf = (values: readonly ValueNode[]): string =>
    values.map((value) => taxonomy.has(textOf(value))).join(' or ');
  if (node.kind === 'missing') return `(${node.negated ? '' : 'not '}${taxonomy.has()})`;
  if (node.kind === 'in') return `(${node.negated ? 'not ' : ''}(${isOneOf(node.values)}))`;
  if (node.kind === 'compare' && (node.op === '=' || node.op === '!='))
    return `(${node.op === '=' ? '' : 'not '}${isOneOf([node.right])})`;
  throw new QueryError(`${taxonomy.name} is a taxonomy: compare it by =, != or IN.`, node);
}

function textOf(value: ValueNode): string {
  if (value.kind === 'text') return value.value;
  if (value.kind === 'number') return String(value.value);
  throw new QueryError('A label of a taxonomy is a text.', value);
}
