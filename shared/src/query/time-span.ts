import { parseQuery } from './parse-query.ts';
import type { CompareOp, ConditionNode, FieldPath } from './query-tree.ts';
import { writeQuery } from './write-query.ts';

/** Dates or times as ISO texts, which sort as time does; `from` belongs to the span and `before` does not. */
export interface TimeSpan {
  from?: string | undefined;
  before?: string | undefined;
}

/**
 * The span that a query asks of a field of times in conditions `>=` and `<` on its top level; of two on one side the tighter counts.
 * @throws QueryError when the text is no query
 */
export function readSpan(query: string, field: string): TimeSpan {
  const span: TimeSpan = {};
  for (const term of termsOf(query)) {
    const bound = boundOf(term, field);
    if (bound === undefined) continue;
    if (bound.op === '>=' && (span.from === undefined || bound.text > span.from)) span.from = bound.text;
    if (bound.op === '<' && (span.before === undefined || bound.text < span.before)) span.before = bound.text;
  }
  return span;
}

/** The query with a span in the place of its former one, or at its end; an empty span takes it out. @throws QueryError */
export function withSpan(query: string, field: string, span: TimeSpan): string {
  const terms = termsOf(query);
  const isKept = (term: ConditionNode): boolean => boundOf(term, field) === undefined;
  const first = terms.findIndex((term) => !isKept(term));
  const place = first === -1 ? terms.length : first;
  const all = [
    ...terms.slice(0, place).filter(isKept),
    ...(span.from === undefined ? [] : [bound(field, '>=', span.from)]),
    ...(span.before === undefined ? [] : [bound(field, '<', span.before)]),
    ...terms.slice(place).filter(isKept),
  ];
  const [only] = all;
  if (only === undefined) return '';
  return writeQuery(all.length === 1 ? only : { kind: 'and', terms: all, start: 0, end: 0 });
}

function termsOf(query: string): ConditionNode[] {
  if (query.trim() === '') return [];
  const tree = parseQuery(query);
  return tree.kind === 'and' ? tree.terms : [tree];
}

function boundOf(term: ConditionNode, field: string): { op: CompareOp; text: string } | undefined {
  if (term.kind !== 'compare' || term.left.kind !== 'field' || term.right.kind !== 'text') return undefined;
  const name = term.left.path.join('.');
  if (name !== field && name !== `metadata.${field}`) return undefined;
  return term.op === '>=' || term.op === '<' ? { op: term.op, text: term.right.value } : undefined;
}

function bound(name: string, op: CompareOp, text: string): ConditionNode {
  const at = { start: 0, end: 0 };
  const left: FieldPath = { kind: 'field', path: name.split('.'), ...at };
  return { kind: 'compare', op, left, right: { kind: 'text', value: text, ...at }, ...at };
}
