/**
 * From a query's tree to a condition in SQL: what is the same for every engine that answers queries. Pure; how fields, values and texts
 * are spelled is the dialect's. Two-valued: a comparison with a missing value is false, so `NOT` finds what lacks the field, and `!=`
 * is exactly `NOT =`.
 */
import { QueryError } from './query-error.ts';
import type { CompareOp, ConditionNode, FieldPath, ValueNode } from './query-tree.ts';

/** A value as SQL, of one of the dialect's types. */
export interface CompiledValue<Type extends string> {
  sql: string;
  type: Type;
  /** What people call it, when that is not as it was written. */
  name?: string;
}

/** `Type` holds `number` and `text`; others are compared with their own kind alone. Values become parameters, never SQL text. */
export interface ConditionDialect<Type extends string> {
  /** How the engine spells false. */
  no: string;
  /** @throws QueryError at a field that is not there. */
  field(field: FieldPath): CompiledValue<Type>;
  /** @param wanted type of what it is compared with */
  literal(value: Extract<ValueNode, { kind: 'number' | 'text' }>, wanted: Type | undefined): CompiledValue<Type>;
  /** Remainder of two numbers; missing when the second is zero. */
  remainder(left: string, right: string): string;
  /** Whether a text holds another, whatever the case; false when it is missing. */
  holds(text: string, part: string): string;
  /** Says what the dialect compiles by itself, and may refuse; undefined leaves a node to the common rules. Asked of every condition. */
  own(node: ConditionNode): string | undefined;
  /** Refuses comparisons that can never be; `type` is that of both sides. */
  check(compared: Compared, type: Type): void;
}

/** One comparison, also of a list's member. */
export interface Compared {
  left: ValueNode;
  op: CompareOp;
  right: ValueNode;
  /** The condition that it is of. */
  whole: ConditionNode;
}

/** @throws QueryError for an unknown field or a comparison of unlike types. */
export function compileCondition<Type extends string>(
  node: ConditionNode,
  dialect: ConditionDialect<Type | 'number' | 'text'>,
): string {
  type Kind = Type | 'number' | 'text';
  const condition = (each: ConditionNode): string => dialect.own(each) ?? common(each);

  function common(each: ConditionNode): string {
    switch (each.kind) {
      case 'and':
      case 'or':
        return `(${each.terms.map(condition).join(` ${each.kind} `)})`;
      case 'not':
        return `(not ${condition(each.term)})`;
      case 'compare':
        return compare(each);
      case 'in':
        return isIn(each);
      case 'contains':
        return contains(each);
      case 'missing':
        return `(${dialect.field(each.field).sql} is ${each.negated ? 'not ' : ''}null)`;
    }
  }

  function compare(whole: Extract<ConditionNode, { kind: 'compare' }>): string {
    const { left: named, op, right: value } = whole;
    const left = compiled(named, undefined);
    const right = compiled(value, left.type);
    if (left.type !== right.type) throw unlike(named, left.type, value, right.type);
    dialect.check({ left: named, op, right: value, whole }, left.type);
    if (op === '!=') return `(not coalesce(${left.sql} = ${right.sql}, ${dialect.no}))`;
    return `coalesce(${left.sql} ${op} ${right.sql}, ${dialect.no})`;
  }

  function isIn(whole: Extract<ConditionNode, { kind: 'in' }>): string {
    const { field, values, negated } = whole;
    const { sql, type } = dialect.field(field);
    const members = values.map((value) => {
      const member = compiled(value, type);
      if (member.type !== type) throw unlike(field, type, value, member.type);
      dialect.check({ left: field, op: '=', right: value, whole }, type);
      return member.sql;
    });
    return `(${negated ? 'not ' : ''}coalesce(${sql} in (${members.join(', ')}), ${dialect.no}))`;
  }

  function contains({ field, text, negated }: Extract<ConditionNode, { kind: 'contains' }>): string {
    const { sql, type, name = nameOf(field) } = dialect.field(field);
    if (type !== 'text') throw new QueryError(`${name} is a ${type}; CONTAINS looks into texts.`, field);
    const holds = dialect.holds(sql, text);
    return negated ? `(not ${holds})` : holds;
  }

  function compiled(value: ValueNode, wanted: Kind | undefined): CompiledValue<Kind> {
    if (value.kind === 'field') return dialect.field(value);
    if (value.kind !== 'arithmetic') return dialect.literal(value, wanted);
    const [left, right] = [number(value.left, value.op), number(value.right, value.op)];
    const sql = value.op === '%' ? dialect.remainder(left, right) : `(${left} ${value.op} ${right})`;
    return { sql, type: 'number' };
  }

  function number(value: ValueNode, op: string): string {
    const { sql, type } = compiled(value, undefined);
    if (type !== 'number') throw new QueryError(`${op} needs numbers; this is a ${type}.`, value);
    return sql;
  }

  return condition(node);
}

/** That two types cannot be compared, told at the second value. */
export function unlike(named: ValueNode, type: string, value: ValueNode, otherType: string): QueryError {
  return new QueryError(`${nameOf(named)} is a ${type} and cannot be compared with a ${otherType}.`, value);
}

function nameOf(named: ValueNode): string {
  return named.kind === 'field' ? named.path.join('.') : 'The left side';
}
