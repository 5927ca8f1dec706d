import { QueryError } from '@nucleus/shared/query/query-error';
import type { CompareOp, ConditionNode, FieldPath, ValueNode } from '@nucleus/shared/query/query-tree';
import { type FindField, type FindType, findFields } from './find-fields.ts';
import { plainPrefix } from './path-pattern.ts';

/** A condition over `items i`, with `?` for each of `parameters`. Values never become SQL text. */
export interface CompiledFind {
  sql: string;
  parameters: (string | number | Buffer)[];
}

interface CompiledValue {
  sql: string;
  type: FindType;
  field?: FindField;
}

/**
 * Compiles a query to SQLite. It means what the cloud's search means: a comparison with a missing value is false, and `!=` is
 * exactly `NOT =`. `path` is compared with a pattern.
 * @throws QueryError for an unknown field, a comparison of unlike types or a value that a closed field never has.
 */
export function compileFind(tree: ConditionNode): CompiledFind {
  const parameters: CompiledFind['parameters'] = [];
  return { sql: new Compiler(parameters).condition(tree), parameters };
}

/** The field of a name. @throws QueryError with another that may be meant. */
export function getFindField(path: readonly string[], at: { start: number; end: number }): FindField {
  const name = (path[0] === 'metadata' && path.length > 1 ? path.slice(1) : path).join('.');
  const field = findFields.get(name);
  if (field) return field;
  const meant = [...findFields.keys()].find((known) => isOneEditAway(known, name));
  throw new QueryError(`There is no field "${name}".${meant === undefined ? '' : ` Did you mean ${meant}?`}`, at);
}

class Compiler {
  readonly #parameters: CompiledFind['parameters'];

  constructor(parameters: CompiledFind['parameters']) {
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
      case 'missing':
        return `(${getFindField(node.field.path, node.field).sql} is ${node.negated ? 'not ' : ''}null)`;
    }
  }

  #compare(node: Extract<ConditionNode, { kind: 'compare' }>): string {
    if (isPath(node.left) && node.right.kind === 'text' && (node.op === '=' || node.op === '!=')) {
      return this.#matchPath(node.right.value, node.op === '!=');
    }
    const left = this.#value(node.left);
    const right = this.#value(node.right);
    if (left.type !== right.type) throw unlike(node.left, left.type, node.right, right.type);
    if (node.op === '=' || node.op === '!=') assertKnown(node.left, left, node.right);
    return twoValued(left.sql, node.op, right.sql);
  }

  /** A pattern that is a folder becomes a range of the index over paths. */
  #matchPath(pattern: string, negated: boolean): string {
    const plain = plainPrefix(pattern);
    const not = negated ? 'not ' : '';
    if (!plain) return `(${not}path_matches(i.path, ${this.#parameter(pattern)}))`;
    const from = this.#parameter(Buffer.from(`${plain.folder}/`));
    const to = this.#parameter(Buffer.from(`${plain.folder}0`)); // 0 follows / in ASCII
    const below = `(i.path >= ${from} and i.path < ${to})`;
    if (!plain.isExactToo) return `(${not}${below})`;
    return `(${not}(${below} or i.path = ${this.#parameter(Buffer.from(plain.folder))}))`;
  }

  #in(node: Extract<ConditionNode, { kind: 'in' }>): string {
    const field = getFindField(node.field.path, node.field);
    if (isPath(node.field)) {
      const any = node.values.map((value) => {
        if (value.kind !== 'text') throw unlike(node.field, 'text', value, 'number');
        return this.#matchPath(value.value, false);
      });
      return `(${node.negated ? 'not ' : ''}(${any.join(' or ')}))`;
    }
    const members = node.values.map((value) => {
      const member = this.#value(value);
      if (member.type !== field.type) throw unlike(node.field, field.type, value, member.type);
      assertKnown(node.field, { field }, value);
      return member.sql;
    });
    return `(${node.negated ? 'not ' : ''}coalesce(${field.sql} in (${members.join(', ')}), 0))`;
  }

  #contains(node: Extract<ConditionNode, { kind: 'contains' }>): string {
    const field = getFindField(node.field.path, node.field);
    if (field.type !== 'text') {
      throw new QueryError(`${node.field.path.join('.')} is a number; CONTAINS looks into texts.`, node.field);
    }
    return `(${node.negated ? 'not ' : ''}text_holds(${field.sql}, ${this.#parameter(node.text.toLowerCase())}))`;
  }

  #value(node: ValueNode): CompiledValue {
    switch (node.kind) {
      case 'number':
        return { sql: `cast(${this.#parameter(node.value)} as real)`, type: 'number' };
      case 'text':
        return { sql: `cast(${this.#parameter(node.value)} as text)`, type: 'text' };
      case 'field': {
        const field = getFindField(node.path, node);
        return { sql: field.sql, type: field.type, field };
      }
      case 'arithmetic': {
        const left = this.#number(node.left, node.op);
        const right = this.#number(node.right, node.op);
        // SQLite's own % cuts its operands to integers
        return {
          sql: node.op === '%' ? `remainder(${left}, ${right})` : `(${left} ${node.op} ${right})`,
          type: 'number',
        };
      }
    }
  }

  #number(node: ValueNode, op: string): string {
    const value = this.#value(node);
    if (value.type !== 'number') throw new QueryError(`${op} needs numbers; this is a text.`, node);
    return value.sql;
  }

  #parameter(value: string | number | Buffer): string {
    this.#parameters.push(value);
    return '?';
  }
}

function twoValued(left: string, op: CompareOp, right: string): string {
  return op === '!=' ? `(not coalesce(${left} = ${right}, 0))` : `coalesce(${left} ${op} ${right}, 0)`;
}

function isPath(node: ValueNode | FieldPath): boolean {
  return node.kind === 'field' && node.path.length === 1 && (node.path[0] === 'path' || node.path[0] === 'name');
}

function assertKnown(named: ValueNode, { field }: Pick<CompiledValue, 'field'>, value: ValueNode): void {
  if (!field?.values || value.kind !== 'text' || field.values.includes(value.value)) return;
  const name = named.kind === 'field' ? named.path.join('.') : 'This';
  const shown = field.values.length > 12 ? `${field.values.slice(0, 12).join(', ')} …` : field.values.join(', ');
  throw new QueryError(`${name} is never "${value.value}"; it is one of ${shown}.`, value);
}

function unlike(left: ValueNode, leftType: FindType, right: ValueNode, rightType: FindType): QueryError {
  const name = left.kind === 'field' ? left.path.join('.') : 'The left side';
  return new QueryError(`${name} is a ${leftType} and cannot be compared with a ${rightType}.`, right);
}

/** Whether one letter put in, left out, changed or swapped makes one of the other. */
function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  const rest = (text: string, from: number): string => text.slice(from);
  if (rest(a, at + 1) === rest(b, at) || rest(a, at) === rest(b, at + 1) || rest(a, at + 1) === rest(b, at + 1))
    return true;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && rest(a, at + 2) === rest(b, at + 2);
}
