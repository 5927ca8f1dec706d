/** Half-open range of UTF-16 code units in the query's text. */
export interface Span {
  start: number;
  end: number;
}

/**
 * A field as written: `['metadata', 'iso']`, `['annotations', 'box', 'count']`, `['sharpness']`. One part alone that is no root is short
 * for a metadata field.
 */
export interface FieldPath extends Span {
  kind: 'field';
  path: readonly string[];
}

/** A number, a text, a field or arithmetic over them. */
export type ValueNode =
  | ({ kind: 'number'; value: number } & Span)
  | ({ kind: 'text'; value: string } & Span)
  | FieldPath
  | ({ kind: 'arithmetic'; op: ArithmeticOp; left: ValueNode; right: ValueNode } & Span);

/** A condition on an item. */
export type ConditionNode =
  | ({ kind: 'and' | 'or'; terms: ConditionNode[] } & Span)
  | ({ kind: 'not'; term: ConditionNode } & Span)
  | ({ kind: 'compare'; op: CompareOp; left: ValueNode; right: ValueNode } & Span)
  | ({ kind: 'in'; field: FieldPath; values: ValueNode[]; negated: boolean } & Span)
  | ({ kind: 'contains'; field: FieldPath; text: string; negated: boolean } & Span)
  | ({ kind: 'missing'; field: FieldPath; negated: boolean } & Span);

export const compareOps = ['=', '!=', '<', '<=', '>', '>='] as const;
export type CompareOp = (typeof compareOps)[number];
export const arithmeticOps = ['+', '-', '%'] as const;
export type ArithmeticOp = (typeof arithmeticOps)[number];

/** First parts of a path that are not metadata fields. */
export const fieldRoots = [
  'metadata',
  'annotations',
  'predictions',
  'scale_metadata',
  'autotag',
  'slice',
  'tag',
  'reference_id',
  'item_id',
  'width',
  'height',
] as const;
export type FieldRoot = (typeof fieldRoots)[number];

/** Whether a part is one of the roots. */
export function isFieldRoot(part: string): part is FieldRoot {
  return (fieldRoots as readonly string[]).includes(part);
}

/** Caps on one query; each is told as an error with its position. */
export const queryLimits = { bytes: 4096, depth: 20, terms: 100 } as const;
