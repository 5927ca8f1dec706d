/** Fields that hold any number of names for an item: the labels of a taxonomy, the autotags that it meets. */
import { QueryError } from '@nucleus/shared/query/query-error';
import type { ConditionNode, FieldPath, ValueNode } from '@nucleus/shared/query/query-tree';

export interface NameSet {
  /** As it was written. */
  name: string;
  /** What people are told that it is. */
  is: string;
  /** SQL for the items that have a name; `at` is where it stands, for what is said of it. */
  has: (label: string, at: ValueNode) => string;
  /** SQL for the items that have any. */
  hasAny: () => string;
}

/**
 * A condition on a set of names, as SQL; undefined for any other condition. An item of several names meets `=` with each.
 * @throws QueryError for another comparison than `=`, `!=` and `IN`, or with what is no text
 */
export function compileNameSet(
  node: ConditionNode,
  setOf: (field: FieldPath) => NameSet | undefined,
): string | undefined {
  const field = node.kind === 'compare' ? node.left : 'field' in node ? node.field : undefined;
  const set = field?.kind === 'field' ? setOf(field) : undefined;
  if (set === undefined) return undefined;
  const isOneOf = (values: readonly ValueNode[]): string =>
    values.map((value) => set.has(textOf(value), value)).join(' or ');
  if (node.kind === 'missing') return `(${node.negated ? '' : 'not '}${set.hasAny()})`;
  if (node.kind === 'in') return `(${node.negated ? 'not ' : ''}(${isOneOf(node.values)}))`;
  if (node.kind === 'compare' && (node.op === '=' || node.op === '!='))
    return `(${node.op === '=' ? '' : 'not '}${isOneOf([node.right])})`;
  throw noNumber(set, node);
}

/** That a set of names was used where one value is needed. */
export function noNumber(set: Pick<NameSet, 'name' | 'is'>, at: ConditionNode | FieldPath): QueryError {
  return new QueryError(`${set.name} is ${set.is}: compare it by =, != or IN.`, at);
}

function textOf(value: ValueNode): string {
  if (value.kind === 'text') return value.value;
  if (value.kind === 'number') return String(value.value);
  throw new QueryError('A name is a text.', value);
}
