import type { CompareOp, ConditionNode, FieldPath, ValueNode } from '@nucleus/shared/query/query-tree';

/** What a query can look at in the oracle: one flat object an item, keyed as queries spell metadata, plus the item's own columns. */
export type OracleRow = Readonly<Record<string, string | number | undefined>>;

/**
 * Says whether a row meets a query, by walking the tree: the slow and obvious meaning that the projection must agree with. A comparison
 * with a missing value is false and `!=` is exactly `NOT =`.
 */
export function meets(row: OracleRow, node: ConditionNode): boolean {
  switch (node.kind) {
    case 'and':
      return node.terms.every((term) => meets(row, term));
    case 'or':
      return node.terms.some((term) => meets(row, term));
    case 'not':
      return !meets(row, node.term);
    case 'compare':
      return compare(value(row, node.left), node.op, value(row, node.right));
    case 'in':
      return node.values.some((each) => compare(read(row, node.field), '=', value(row, each))) !== node.negated;
    case 'contains':
      return contains(read(row, node.field), node.text) !== node.negated;
    case 'missing':
      return (read(row, node.field) === undefined) !== node.negated;
  }
}

function compare(left: string | number | undefined, op: CompareOp, right: string | number | undefined): boolean {
  if (op === '!=') return !compare(left, '=', right);
  if (left === undefined || right === undefined) return false;
  switch (op) {
    case '=':
      return left === right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function contains(text: string | number | undefined, part: string): boolean {
  return text !== undefined && String(text).toLowerCase().includes(part.toLowerCase());
}

function value(row: OracleRow, node: ValueNode): string | number | undefined {
  switch (node.kind) {
    case 'number':
    case 'text':
      return node.value;
    case 'field':
      return read(row, node);
    case 'arithmetic': {
      const left = value(row, node.left);
      const right = value(row, node.right);
      if (typeof left !== 'number' || typeof right !== 'number') return undefined;
      if (node.op === '+') return left + right;
      if (node.op === '-') return left - right;
      return right === 0 ? undefined : left % right;
    }
  }
}

function read(row: OracleRow, field: FieldPath): string | number | undefined {
  const [root = '', ...rest] = field.path;
  return row[root === 'metadata' ? rest.join('.') : root === 'annotations' ? field.path.join('.') : root];
}
