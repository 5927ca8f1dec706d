import { parseQuery } from './parse-query.ts';
import type { CompareOp, ConditionNode, FieldPath, ValueNode } from './query-tree.ts';
import { writeQuery } from './write-query.ts';

export type FacetValue = string | number | boolean;

/** What a facet asks of its field. Values are any of `anyOf`, none of `leftOut`, within the bounds. */
export interface FacetChoice {
  anyOf: readonly FacetValue[];
  leftOut: readonly FacetValue[];
  atLeast?: number | undefined;
  atMost?: number | undefined;
  contains?: string | undefined;
  missing?: 'only' | 'left-out' | undefined;
}

export const noChoice: FacetChoice = { anyOf: [], leftOut: [] };

/**
 * What a query already asks of a field in conditions that a facet could have written: those that stand on the top level, joined by AND.
 * @throws QueryError when the text is no query
 */
export function readChoice(query: string, field: string): FacetChoice {
  return termsOf(query)
    .filter((term) => isOwn(term, field))
    .reduce(addTerm, noChoice);
}

/** The query without what a facet of the field could have written: what the facet's own counts are taken of. @throws QueryError */
export function withoutChoice(query: string, field: string): string {
  return joined(termsOf(query).filter((term) => !isOwn(term, field)));
}

/** The query with the facet's conditions put in the place of its former ones, or at its end. @throws QueryError */
export function withChoice(query: string, field: string, choice: FacetChoice): string {
  const terms = termsOf(query);
  const first = terms.findIndex((term) => isOwn(term, field));
  const place = first === -1 ? terms.length : first;
  const isKept = (term: ConditionNode): boolean => !isOwn(term, field);
  return joined([
    ...terms.slice(0, place).filter(isKept),
    ...termsOfChoice(field, choice),
    ...terms.slice(place).filter(isKept),
  ]);
}

/** The query without its last condition. @throws QueryError */
export function withoutLastTerm(query: string): string {
  return joined(termsOf(query).slice(0, -1));
}

/** The choice after a value was clicked: any-of and left-out exclude each other, a second click takes it back. */
export function toggleValue(choice: FacetChoice, value: FacetValue, list: 'anyOf' | 'leftOut'): FacetChoice {
  const others = (values: readonly FacetValue[]): FacetValue[] => values.filter((each) => each !== value);
  const isOn = choice[list].includes(value);
  const cleared = { ...choice, anyOf: others(choice.anyOf), leftOut: others(choice.leftOut) };
  if (isOn) return cleared;
  // "any of these" and "only items without one" have nothing in common
  const missing = list === 'anyOf' && choice.missing === 'only' ? undefined : choice.missing;
  return { ...cleared, missing, [list]: [...cleared[list], value] };
}

export function isEmptyChoice(choice: FacetChoice): boolean {
  return termsOfChoice('f', choice).length === 0;
}

function termsOf(query: string): ConditionNode[] {
  if (query.trim() === '') return [];
  const tree = parseQuery(query);
  return tree.kind === 'and' ? tree.terms : [tree];
}

function joined(terms: ConditionNode[]): string {
  const [first] = terms;
  if (first === undefined) return '';
  return writeQuery(terms.length === 1 ? first : { kind: 'and', terms, start: 0, end: 0 });
}

/** Whether a condition is one of those that {@link termsOfChoice} writes for the field. */
function isOwn(term: ConditionNode, field: string): boolean {
  switch (term.kind) {
    case 'compare':
      if (term.left.kind !== 'field' || !isField(term.left, field)) return false;
      return term.right.kind === 'number' || (term.right.kind === 'text' && (term.op === '=' || term.op === '!='));
    case 'in':
      return isField(term.field, field) && term.values.every(({ kind }) => kind === 'number' || kind === 'text');
    case 'contains':
      return isField(term.field, field) && !term.negated;
    case 'missing':
      return isField(term.field, field);
    default:
      return false;
  }
}

function isField({ path }: FieldPath, field: string): boolean {
  const name = path.join('.');
  return name === field || name === `metadata.${field}`;
}

function addTerm(choice: FacetChoice, term: ConditionNode): FacetChoice {
  switch (term.kind) {
    case 'compare':
      return addComparison(choice, term.op, plain(term.right));
    case 'in': {
      const values = term.values.map(plain);
      return term.negated
        ? { ...choice, leftOut: [...choice.leftOut, ...values] }
        : { ...choice, anyOf: [...choice.anyOf, ...values] };
    }
    case 'contains':
      return { ...choice, contains: term.text };
    case 'missing':
      return { ...choice, missing: term.negated ? 'left-out' : 'only' };
    default:
      return choice;
  }
}

function addComparison(choice: FacetChoice, op: CompareOp, value: FacetValue): FacetChoice {
  if (op === '=') return { ...choice, anyOf: [...choice.anyOf, value] };
  if (op === '!=') return { ...choice, leftOut: [...choice.leftOut, value] };
  const bound = Number(value);
  if (op === '>' || op === '>=') return { ...choice, atLeast: Math.max(bound, choice.atLeast ?? bound) };
  return { ...choice, atMost: Math.min(bound, choice.atMost ?? bound) };
}

function plain(node: ValueNode): FacetValue {
  return node.kind === 'number' || node.kind === 'text' ? node.value : '';
}

function termsOfChoice(name: string, choice: FacetChoice): ConditionNode[] {
  const at = { start: 0, end: 0 };
  const field: FieldPath = { kind: 'field', path: name.split('.'), ...at };
  const node = (value: FacetValue): ValueNode =>
    typeof value === 'number' ? { kind: 'number', value, ...at } : { kind: 'text', value: String(value), ...at };
  const compare = (op: CompareOp, value: FacetValue): ConditionNode => ({
    kind: 'compare',
    op,
    left: field,
    right: node(value),
    ...at,
  });
  const members = (values: readonly FacetValue[], negated: boolean): ConditionNode[] => {
    const [only] = values;
    if (only === undefined) return [];
    if (values.length === 1) return [compare(negated ? '!=' : '=', only)];
    return [{ kind: 'in', field, values: values.map(node), negated, ...at }];
  };
  return [
    ...members(choice.anyOf, false),
    ...members(choice.leftOut, true),
    ...(choice.atLeast === undefined ? [] : [compare('>=', choice.atLeast)]),
    ...(choice.atMost === undefined ? [] : [compare('<=', choice.atMost)]),
    ...(choice.contains ? [{ kind: 'contains' as const, field, text: choice.contains, negated: false, ...at }] : []),
    ...(choice.missing === undefined
      ? []
      : [{ kind: 'missing' as const, field, negated: choice.missing === 'left-out', ...at }]),
  ];
}
