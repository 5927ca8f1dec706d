import { parseQuery } from '@nucleus/shared/query/parse-query';
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

/** Live slices write their conditions into the query that names them; this bounds what comes of it. */
const mostConditions = 1000;

class Compiler {
  readonly #schema: SearchSchema;
  readonly #parameters: CompiledQuery['parameters'];
  #conditions = 0;

  constructor(schema: SearchSchema, parameters: CompiledQuery['parameters']) {
    this.#schema = schema;
    this.#parameters = parameters;
  }

  /**
   * @param isPlain whether a missing value may stay missing: a `where` takes that for false, and so does whatever holds no negation. The
   * engine reads plain comparisons three times as fast.
   */
  condition(node: ConditionNode, isPlain = true): string {
    this.#conditions += 1;
    if (this.#conditions > mostConditions)
      throw new QueryError('The live slices of this query hold too many conditions together.', node);
    switch (node.kind) {
      case 'and':
      case 'or':
        return `(${node.terms.map((term) => this.condition(term, isPlain)).join(` ${node.kind} `)})`;
      case 'not':
        return `(not ${this.condition(node.term, false)})`;
      case 'compare':
        return this.#compare(node, isPlain);
      case 'in':
        return this.#in(node, isPlain);
      case 'contains':
        return this.#contains(node, isPlain);
      case 'missing': {
        if (setRoot(node.field) === 'tag') return this.#untagged(node.negated);
        const { column } = resolveField(node.field, this.#schema);
        return `(${column} is ${node.negated ? 'not ' : ''}null)`;
      }
    }
  }

  #compare(node: Extract<ConditionNode, { kind: 'compare' }>, isPlain: boolean): string {
    const root = setRoot(node.left);
    if (root !== undefined) {
      if (node.op !== '=' && node.op !== '!=')
        throw new QueryError(`A ${root} can be compared by = and != only.`, node);
      return this.#inSets(root, [node.right], node.op === '!=', isPlain);
    }
    const left = this.#value(node.left);
    const right = this.#value(node.right, left.type);
    if (left.type !== right.type) throw unlike(node.left, left.type, node.right, right.type);
    if (left.type === 'boolean' && node.op !== '=' && node.op !== '!=') {
      throw new QueryError('true and false can be compared by = and != only.', node);
    }
    return this.#comparison(left.sql, node.op, right.sql, isPlain);
  }

  #comparison(left: string, op: CompareOp, right: string, isPlain: boolean): string {
    if (op === '!=') return `(not coalesce(${left} = ${right}, false))`;
    return isPlain ? `(${left} ${op} ${right})` : `coalesce(${left} ${op} ${right}, false)`;
  }

  #in(node: Extract<ConditionNode, { kind: 'in' }>, isPlain: boolean): string {
    const root = setRoot(node.field);
    if (root !== undefined) return this.#inSets(root, node.values, node.negated, isPlain);
    const field = resolveField(node.field, this.#schema);
    const members = node.values.map((value) => {
      const member = this.#value(value, field.type);
      if (member.type !== field.type) throw unlike(node.field, field.type, value, member.type);
      return member.sql;
    });
    const isAmong = `${field.column} in (${members.join(', ')})`;
    if (isPlain && !node.negated) return `(${isAmong})`;
    return `(${node.negated ? 'not ' : ''}coalesce(${isAmong}, false))`;
  }

  #inSets(root: SetRoot, named: readonly ValueNode[], negated: boolean, isPlain: boolean): string {
    const sets = named.map((value) => (root === 'slice' ? this.#slice(value, isPlain && !negated) : this.#tag(value)));
    return `(${negated ? 'not ' : ''}(${sets.join(' or ')}))`;
  }

  #slice(value: ValueNode, isPlain: boolean): string {
    if (value.kind !== 'text') throw new QueryError('A slice is named by its id, slc_….', value);
    const live = this.#schema.slices.get(value.value);
    if (live === undefined) throw new QueryError('This dataset has no such slice.', value);
    return live === null ? this.#members(value.value) : this.#within(live, value, isPlain);
  }

  #tag(value: ValueNode): string {
    if (value.kind !== 'text') throw new QueryError('A tag is named by its text, in double quotes.', value);
    const set = this.#schema.tags.get(value.value);
    if (set === undefined) throw new QueryError(`No item of this dataset has the tag "${value.value}".`, value);
    return this.#members(set);
  }

  #members(setId: string): string {
    return `seq in (select seq from slice_items where slice_id = ${this.#parameter(setId)})`;
  }

  #untagged(negated: boolean): string {
    const ids = [...this.#schema.tags.values()].map((id) => this.#parameter(id));
    if (ids.length === 0) return negated ? '(false)' : '(true)';
    return `(seq ${negated ? '' : 'not '}in (select seq from slice_items where slice_id in (${ids.join(', ')})))`;
  }

  /** The condition of a live slice; what is wrong in it is told of the slice, since its own text is not in sight. */
  #within(query: string, named: ValueNode, isPlain: boolean): string {
    try {
      return query.trim() === '' ? '(true)' : this.condition(parseQuery(query), isPlain);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      throw new QueryError(`This slice cannot be read any more: ${error.message}`, named);
    }
  }

  #contains(node: Extract<ConditionNode, { kind: 'contains' }>, isPlain: boolean): string {
    const field = resolveField(node.field, this.#schema);
    if (field.type !== 'text')
      throw new QueryError(`${field.name} is a ${field.type}; CONTAINS looks into texts.`, node.field);
    // position() has no pattern characters to escape, unlike LIKE
    const found = `position(lower(${this.#parameter(node.text)}) in lower(${field.column})) > 0`;
    if (isPlain && !node.negated) return `(${found})`;
    const sql = `coalesce(${found}, false)`;
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

/** Roots that name sets of items and no field. */
type SetRoot = 'slice' | 'tag';

function setRoot(node: ValueNode): SetRoot | undefined {
  if (node.kind !== 'field' || node.path.length !== 1) return undefined;
  const [root] = node.path;
  return root === 'slice' || root === 'tag' ? root : undefined;
}

function unlike(left: ValueNode, leftType: FieldType, right: ValueNode, rightType: FieldType): QueryError {
  const name = left.kind === 'field' ? left.path.join('.') : 'The left side';
  return new QueryError(`${name} is a ${leftType} and cannot be compared with a ${rightType}.`, right);
}
