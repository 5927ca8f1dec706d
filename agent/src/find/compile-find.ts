import { type ConditionDialect, compileCondition, unlike } from '@nucleus/shared/query/compile-condition';
import { QueryError } from '@nucleus/shared/query/query-error';
import type { ConditionNode, FieldPath, ValueNode } from '@nucleus/shared/query/query-tree';
import { type FindField, type FindType, findFields } from './find-fields.ts';
import { plainPrefix } from './path-pattern.ts';

/** A condition over `items i`, with `?` for each of `parameters`. Values never become SQL text. */
export interface CompiledFind {
  sql: string;
  parameters: (string | number | Buffer)[];
}

/**
 * Compiles a query to SQLite, with the meaning that the cloud's search gives it. `path` is compared with a pattern.
 * @throws QueryError for an unknown field, a comparison of unlike types or a value that a closed field never has.
 */
export function compileFind(tree: ConditionNode): CompiledFind {
  const parameters: CompiledFind['parameters'] = [];
  return { sql: compileCondition(tree, dialectOver(parameters)), parameters };
}

/** The field of a name. @throws QueryError with another that may be meant. */
export function getFindField(path: readonly string[], at: { start: number; end: number }): FindField {
  const name = (path[0] === 'metadata' && path.length > 1 ? path.slice(1) : path).join('.');
  const field = findFields.get(name);
  if (field) return field;
  const meant = [...findFields.keys()].find((known) => isOneEditAway(known, name));
  throw new QueryError(`There is no field "${name}".${meant === undefined ? '' : ` Did you mean ${meant}?`}`, at);
}

/** SQLite's spelling, with the functions that the search thread defines. Parameters are pushed in the order of their `?`. */
function dialectOver(parameters: CompiledFind['parameters']): ConditionDialect<FindType> {
  const parameter = (value: string | number | Buffer): string => {
    parameters.push(value);
    return '?';
  };

  /** A pattern that is a folder becomes a range of the index over paths. */
  const matchPath = (pattern: string, negated: boolean): string => {
    const plain = plainPrefix(pattern);
    const not = negated ? 'not ' : '';
    if (!plain) return `(${not}path_matches(i.path, ${parameter(pattern)}))`;
    const from = parameter(Buffer.from(`${plain.folder}/`));
    const to = parameter(Buffer.from(`${plain.folder}0`)); // 0 follows / in ASCII
    const below = `(i.path >= ${from} and i.path < ${to})`;
    if (!plain.isExactToo) return `(${not}${below})`;
    return `(${not}(${below} or i.path = ${parameter(Buffer.from(plain.folder))}))`;
  };

  return {
    no: '0',
    field: (field) => getFindField(field.path, field),
    literal: (value) =>
      value.kind === 'number'
        ? { sql: `cast(${parameter(value.value)} as real)`, type: 'number' }
        : { sql: `cast(${parameter(value.value)} as text)`, type: 'text' },
    // SQLite's own % cuts its operands to integers
    remainder: (left, right) => `remainder(${left}, ${right})`,
    holds: (text, part) => `text_holds(${text}, ${parameter(part.toLowerCase())})`,
    own(node) {
      if (node.kind === 'compare' && isPath(node.left) && node.right.kind === 'text') {
        return node.op === '=' || node.op === '!=' ? matchPath(node.right.value, node.op === '!=') : undefined;
      }
      if (node.kind !== 'in' || !isPath(node.field)) return undefined;
      const any = node.values.map((value) => {
        if (value.kind !== 'text') throw unlike(node.field, 'text', value, 'number');
        return matchPath(value.value, false);
      });
      return `(${node.negated ? 'not ' : ''}(${any.join(' or ')}))`;
    },
    check({ left, op, right }) {
      if (left.kind !== 'field' || (op !== '=' && op !== '!=') || right.kind !== 'text') return;
      const { values } = getFindField(left.path, left);
      if (!values || values.includes(right.value)) return;
      const shown = values.length > 12 ? `${values.slice(0, 12).join(', ')} …` : values.join(', ');
      throw new QueryError(`${left.path.join('.')} is never "${right.value}"; it is one of ${shown}.`, right);
    },
  };
}

function isPath(node: ValueNode | FieldPath): boolean {
  return node.kind === 'field' && node.path.length === 1 && (node.path[0] === 'path' || node.path[0] === 'name');
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
