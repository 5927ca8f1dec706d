import { parseQuery } from './parse-query.ts';
import type { ConditionNode } from './query-tree.ts';
import { writeQuery, writeValue } from './write-query.ts';

/** One condition of a query as the query bar shows it. */
export interface Chip {
  /** As the query spells it. */
  text: string;
  field: string;
  operator: string;
  /** Empty for conditions that compare with nothing. */
  value: string;
}

/**
 * The conditions of a query that is nothing but simple conditions joined by AND; undefined for any other text, which the bar then
 * shows as it is. An empty text has no conditions.
 */
export function readChips(text: string, shorthands: readonly string[] = []): Chip[] | undefined {
  if (text.trim() === '') return [];
  let tree: ConditionNode;
  try {
    tree = parseQuery(text, shorthands);
  } catch {
    return undefined;
  }
  const chips = (tree.kind === 'and' ? tree.terms : [tree]).map(chipOf);
  return chips.every((chip) => chip !== undefined) ? chips : undefined;
}

/** The query that chips stand for. */
export function writeChips(chips: readonly Chip[]): string {
  return chips.map(({ text }) => text).join(' AND ');
}

/**
 * A query with one more condition. `offset` is where `more` begins in it: positions in the whole minus the offset are positions in `more`.
 */
export function joinQueries(
  before: string,
  more: string,
  shorthands: readonly string[] = [],
): { text: string; offset: number } {
  if (before.trim() === '') return { text: more, offset: 0 };
  const head = isLoose(before, shorthands) ? `(${before}) AND ` : `${before} AND `;
  if (isLoose(more, shorthands)) return { text: `${head}(${more})`, offset: head.length + 1 };
  return { text: head + more, offset: head.length };
}

/** Whether AND beside the text would tear it apart. */
function isLoose(text: string, shorthands: readonly string[]): boolean {
  try {
    return parseQuery(text, shorthands).kind === 'or';
  } catch {
    return false;
  }
}

function chipOf(node: ConditionNode): Chip | undefined {
  const text = writeQuery(node);
  switch (node.kind) {
    case 'compare':
      if (node.left.kind !== 'field' || (node.right.kind !== 'number' && node.right.kind !== 'text')) return undefined;
      return { text, field: shownField(node.left.path), operator: node.op, value: String(node.right.value) };
    case 'in': {
      const values = node.values.map((value) => (value.kind === 'text' ? value.value : writeValue(value, 'right')));
      return { text, field: shownField(node.field.path), operator: word(node.negated, 'in'), value: values.join(', ') };
    }
    case 'contains':
      return { text, field: shownField(node.field.path), operator: word(node.negated, 'contains'), value: node.text };
    case 'missing':
      return {
        text,
        field: shownField(node.field.path),
        operator: node.negated ? 'is not missing' : 'is missing',
        value: '',
      };
    default:
      return undefined;
  }
}

function shownField(path: readonly string[]): string {
  return (path[0] === 'metadata' && path.length > 1 ? path.slice(1) : path).join('.');
}

function word(negated: boolean, operator: string): string {
  return negated ? `not ${operator}` : operator;
}
