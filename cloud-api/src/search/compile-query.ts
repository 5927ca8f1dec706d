import { QueryError } from '@nucleus/shared/query/query-error';
import type { CompareOp, ConditionNode, ValueNode } from '@nucleus/shared/query/query-tree';
import { resolveField } from './resolve-field.ts';
import type { FieldType, SearchSchema } from './search-field.ts';

/** A condition as SQL that DuckDB and PostgreSQL share, with `?` for each of `parameters`. */
export interface CompiledQuery {
  sql: string;
  parameters: (string | number | boolean)[];
}

interface CompiledValue {
  sql: string;
  type: FieldType;
}

/**
 * Compiles a query to a condition. Two-valued: a comparison with a missing value is false, so `NOT` finds the items that lack the
 * field, and `!=` is exactly `NOT =`. Values never become SQL text.
 * @throws QueryError for an unknown field or a comparison of unlike types.
 */
export function compileQuery(tree: ConditionNode, schema: SearchSchema): CompiledQuery {
  const parameters: CompiledQuery['parameters'] = [];
  return { sql: new Compiler(schema, parameters).condition(tree), parameters };
}

class Compiler {
  readonly #schema: SearchSchema;
  readonly #parameters: CompiledQuery['parameters'];

  constructor(schema: SearchSchema, parameters: CompiledQuery['parameters']) {
    this.#schema = schema;
    this.#parameters = parameters;
  }

  condition(node: ConditionNode): string {
    switch (node.kind) {
      case 'and':
      case 'or':
        return `(${node.terms.map((term) => this.condition(term)).join(` ${node.kind} `)})`;
      case 'not':
        return `(not ${this.condition(node.term)})`;
      case 'compare':
        return this.#compare(node);
      case 'in':
        return this.#in(node);
      case 'contains':
        return this.#contains(node);
      case 'missing': {
        const { column } = resolveField(node.field, this.#schema);
        return `(${column} is ${node.negated ? 'not ' : ''}null)`;
      }
    }
  }

  #compare(node: Extract<ConditionNode, { kind: 'compare' }>): string {
    if (isSlice(node.left)) {
      if (node.op !== '=' && node.op !== '!=') throw new QueryError('A slice can be compared by = and != only.', node);
      return this.#inSlices([node.right], node.op === '!=');
    }
    const left = this.#value(node.left);
    const right = this.#value(node.right, left.type);
    if (left.type !== right.type) throw unlike(node.left, left.type, node.right, right.type);
    if (left.type === 'boolean' && node.op !== '=' && node.op !== '!=') {
      throw new QueryError('true and false can be compared by = and != only.', node);
    }
    return this.#twoValued(left.sql, node.op, right.sql);
  }

  #twoValued(left: string, op: CompareOp, right: string): string {
    if (op === '!=') return `(not coalesce(${left} = ${right}, false))`;
    return `coalesce(${left} ${op} ${right}, false)`;
  }

  #in(node: Extract<ConditionNode, { kind: 'in' }>): string {
    if (isSlice(node.field)) return this.#inSlices(node.values, node.negated);
    const field = resolveField(node.field, this.#schema);
    const members = node.values.map((value) => {
      const member = this.#value(value, field.type);
      if (member.type !== field.type) throw unlike(node.field, field.type, value, member.type);
      return member.sql;
    });
    return `(${node.negated ? 'not ' : ''}coalesce(${field.column} in (${members.join(', ')}), false))`;
  }

  #inSlices(named: readonly ValueNode[], negated: boolean): string {
    const ids = named.map((value) => {
      if (value.kind !== 'text') throw new QueryError('A slice is named by its id, slc_….', value);
      if (!this.#schema.slices.has(value.value)) throw new QueryError('This dataset has no such slice.', value);
      return this.#parameter(value.value);
    });
    return `(seq ${negated ? 'not ' : ''}in (select seq from slice_items where slice_id in (${ids.join(', ')})))`;
  }

  #contains(node: Extract<ConditionNode, { kind: 'contains' }>): string {
    const field = resolveField(node.field, this.#schema);
    if (field.type !== 'text')
      throw new QueryError(`${field.name} is a ${field.type}; CONTAINS looks into texts.`, node.field);
    // position() has no pattern characters to escape, unlike LIKE
    const sql = `coalesce(position(lower(${this.#parameter(node.text)}) in lower(${field.column})) > 0, false)`;
    return node.negated ? `(not ${sql})` : sql;
  }

  #value(node: ValueNode, wanted?: FieldType): CompiledValue {
    switch (node.kind) {
      case 'number':
        return { sql: `cast(${this.#parameter(node.value)} as double precision)`, type: 'number' };
      case 'text':
        if (wanted === 'boolean' && (node.value === 'true' || node.value === 'false')) {
          return { sql: `cast(${this.#parameter(node.value === 'true')} as boolean)`, type: 'boolean' };
        }
        return { sql: `cast(${this.#parameter(node.value)} as varchar)`, type: 'text' };
      case 'field': {
        const field = resolveField(node, this.#schema);
        return { sql: field.column, type: field.type };
      }
      case 'arithmetic': {
        const left = this.#number(node.left, node.op);
        const right = this.#number(node.right, node.op);
        // a remainder by zero is missing, not an error of the engine
        const divisor = node.op === '%' ? `nullif(${right}, 0)` : right;
        return { sql: `(${left} ${node.op} ${divisor})`, type: 'number' };
      }
    }
  }

  #number(node: ValueNode, op: string): string {
    const value = this.#value(node);
    if (value.type !== 'number') throw new QueryError(`${op} needs numbers; this is a ${value.type}.`, node);
    return value.sql;
  }

  #parameter(value: string | number | boolean): string {
    this.#parameters.push(value);
    return '?';
  }
}

function isSlice(node: ValueNode): boolean {
  return node.kind === 'field' && node.path.length === 1 && node.path[0] === 'slice';
}

function unlike(left: ValueNode, leftType: FieldType, right: ValueNode, rightType: FieldType): QueryError {
  const name = left.kind === 'field' ? left.path.join('.') : 'The left side';
  return new QueryError(`${name} is a ${leftType} and cannot be compared with a ${rightType}.`, right);
}
