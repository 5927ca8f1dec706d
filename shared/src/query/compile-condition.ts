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
  /** Whether a text holds another, whatever the case; false or missing when the text is. */
  holds(text: string, part: string): string;
  /** Says what the dialect compiles by itself, and may refuse; undefined leaves a node to the common rules. Asked of every condition. */
  own(node: ConditionNode, isPlain: boolean): string | undefined;
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

/**
 * @param isPlain whether a missing value may stay missing: a `where` takes that for false, and so does whatever holds no negation. Engines
 * read plain comparisons several times as fast.
 * @throws QueryError for an unknown field or a comparison of unlike types.
 */
export function compileCondition<Type extends string>(
  node: ConditionNode,
  dialect: ConditionDialect<Type | 'number' | 'text'>,
  isPlain = true,
): string {
  type Kind = Type | 'number' | 'text';
  const condition = (each: ConditionNode, plain: boolean): string => dialect.own(each, plain) ?? common(each, plain);
  const twoValued = (sql: string, plain: boolean): string => (plain ? `(${sql})` : `coalesce(${sql}, ${dialect.no})`);

  function common(each: ConditionNode, plain: boolean): string {
    switch (each.kind) {
      case 'and':
      case 'or':
        return `(${each.terms.map((term) => condition(term, plain)).join(` ${each.kind} `)})`;
      case 'not':
        return `(not ${condition(each.term, false)})`;
      case 'compare':
        return compare(each, plain);
      case 'in':
        return isIn(each, plain);
      case 'contains':
        return contains(each, plain);
      case 'missing':
        return `(${dialect.field(each.field).sql} is ${each.negated ? 'not ' : ''}null)`;
    }
  }

  function compare(whole: Extract<ConditionNode, { kind: 'compare' }>, plain: boolean): string {
    const { left: named, op, right: value } = whole;
    const left = compiled(named, undefined);
    const right = compiled(value, left.type);
    if (left.type !== right.type) throw unlike(named, left.type, value, right.type);
    dialect.check({ left: named, op, right: value, whole }, left.type);
    if (op === '!=') return `(not ${twoValued(`${left.sql} = ${right.sql}`, false)})`;
    return twoValued(`${left.sql} ${op} ${right.sql}`, plain);
  }

  function isIn(whole: Extract<ConditionNode, { kind: 'in' }>, plain: boolean): string {
    const { field, values, negated } = whole;
    const { sql, type } = dialect.field(field);
    const members = values.map((value) => {
      const member = compiled(value, type);
      if (member.type !== type) throw unlike(field, type, value, member.type);
      dialect.check({ left: field, op: '=', right: value, whole }, type);
      return member.sql;
    });
    const isAmong = `${sql} in (${members.join(', ')})`;
    return negated ? `(not ${twoValued(isAmong, false)})` : twoValued(isAmong, plain);
  }

  function contains({ field, text, negated }: Extract<ConditionNode, { kind: 'contains' }>, plain: boolean): string {
    const { sql, type, name = nameOf(field) } = dialect.field(field);
    if (type !== 'text') throw new QueryError(`${name} is a ${type}; CONTAINS looks into texts.`, field);
    const holds = dialect.holds(sql, text);
    return negated ? `(not ${twoValued(holds, false)})` : twoValued(holds, plain);
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

  return condition(node, isPlain);
}

/** That two types cannot be compared, told at the second value. */
export function unlike(named: ValueNode, type: string, value: ValueNode, otherType: string): QueryError {
  return new QueryError(`${nameOf(named)} is a ${type} and cannot be compared with a ${otherType}.`, value);
}

function nameOf(named: ValueNode): string {
  return named.kind === 'field' ? named.path.join('.') : 'The left side';
}
