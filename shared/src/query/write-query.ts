import { spellWord } from './completion-context.ts';
import { type ConditionNode, type FieldPath, isFieldRoot, type ValueNode } from './query-tree.ts';

/**
 * The text of a query tree: parsed again it is the same tree, positions aside. The shortest spelling is used, so that what facets
 * write reads as if typed.
 */
export function writeQuery(node: ConditionNode): string {
  switch (node.kind) {
    case 'or':
      return node.terms.map((term) => bracketed(term, ['or'])).join(' OR ');
    case 'and':
      return node.terms.map((term) => bracketed(term, ['and', 'or'])).join(' AND ');
    case 'not':
      return `NOT ${bracketed(node.term, ['and', 'or'])}`;
    case 'compare':
      return `${writeValue(node.left, 'left')} ${node.op} ${writeValue(node.right, 'right')}`;
    case 'in':
      return `${writeField(node.field)} ${node.negated ? 'NOT ' : ''}IN (${node.values.map((value) => writeValue(value, 'right')).join(', ')})`;
    case 'contains':
      return `${writeField(node.field)} ${node.negated ? 'NOT ' : ''}CONTAINS ${quoted(node.text)}`;
    case 'missing':
      return `${writeField(node.field)} IS ${node.negated ? 'NOT ' : ''}MISSING`;
  }
}

/** A metadata field's name as a query spells it on the left of a comparison. */
export function spellField(name: string): string {
  return writeField({ kind: 'field', path: name.split('.'), start: 0, end: 0 });
}

function bracketed(node: ConditionNode, loose: readonly ConditionNode['kind'][]): string {
  return loose.includes(node.kind) ? `(${writeQuery(node)})` : writeQuery(node);
}

function writeField({ path }: FieldPath): string {
  const parts = path.map(spellWord);
  // a quoted word on its own is a text
  return parts.length === 1 && parts[0]?.startsWith('"') ? `metadata.${parts[0]}` : parts.join('.');
}

/** A value as a query spells it; on the left of a comparison a text needs its quotes, because a bare word there is a field. */
export function writeValue(node: ValueNode, side: 'left' | 'right'): string {
  switch (node.kind) {
    case 'number':
      return String(node.value);
    case 'text':
      return side === 'left' || isFieldRoot(node.value) ? quoted(node.value) : spellWord(node.value);
    case 'field':
      return writeField(node);
    case 'arithmetic': {
      const isTight = node.op === '%';
      const left = operand(node.left, side, isTight ? ['+', '-'] : []);
      const right = operand(node.right, side, isTight ? ['+', '-', '%'] : ['+', '-']);
      return `${left} ${node.op} ${right}`;
    }
  }
}

function operand(node: ValueNode, side: 'left' | 'right', looser: readonly string[]): string {
  const text = writeValue(node, side);
  return node.kind === 'arithmetic' && looser.includes(node.op) ? `(${text})` : text;
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}
