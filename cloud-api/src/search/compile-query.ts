import { type ConditionDialect, compileCondition } from '@nucleus/shared/query/compile-condition';
import { parseQuery } from '@nucleus/shared/query/parse-query';
import { QueryError } from '@nucleus/shared/query/query-error';
import type { ConditionNode, ValueNode } from '@nucleus/shared/query/query-tree';
import { compileNameSet } from './name-sets.ts';
import { resolveField, resolveNameSet } from './resolve-field.ts';
import type { FieldType, SearchSchema } from './search-field.ts';

/** A condition as SQL that DuckDB and PostgreSQL share, with `?` for each of `parameters`. */
export interface CompiledQuery {
  sql: string;
  parameters: (string | number | boolean)[];
}

/**
 * Compiles a query to a condition; slices and tags are sets of items that it looks into.
 * @throws QueryError for an unknown field, slice or tag, or a comparison of unlike types.
 */
export function compileQuery(tree: ConditionNode, schema: SearchSchema): CompiledQuery {
  const parameters: CompiledQuery['parameters'] = [];
  return { sql: compileCondition(tree, dialectOver(schema, parameters)), parameters };
}

/** Live slices write their conditions into the query that names them; this bounds what comes of it. */
const mostConditions = 1000;

/** Parameters are pushed in the order of their `?`. */
function dialectOver(schema: SearchSchema, parameters: CompiledQuery['parameters']): ConditionDialect<FieldType> {
  let conditions = 0;
  const parameter = (value: string | number | boolean): string => {
    parameters.push(value);
    return '?';
  };
  const members = (setId: string): string =>
    `seq in (select seq from slice_items where slice_id = ${parameter(setId)})`;

  const slice = (value: ValueNode, isPlain: boolean): string => {
    if (value.kind !== 'text') throw new QueryError('A slice is named by its id, slc_….', value);
    const live = schema.slices.get(value.value);
    if (live === undefined) throw new QueryError('This dataset has no such slice.', value);
    return live === null ? members(value.value) : within(live, value, isPlain);
  };
  /** The condition of a live slice; what is wrong in it is told of the slice, since its own text is not in sight. */
  const within = (query: string, named: ValueNode, isPlain: boolean): string => {
    try {
      return query.trim() === '' ? '(true)' : compileCondition(parseQuery(query), dialect, isPlain);
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      throw new QueryError(`This slice cannot be read any more: ${error.message}`, named);
    }
  };
  const tag = (value: ValueNode): string => {
    if (value.kind !== 'text') throw new QueryError('A tag is named by its text, in double quotes.', value);
    const set = schema.tags.get(value.value);
    if (set === undefined) throw new QueryError(`No item of this dataset has the tag "${value.value}".`, value);
    return members(set);
  };
  const inSets = (root: SetRoot, named: readonly ValueNode[], negated: boolean, isPlain: boolean): string => {
    const sets = named.map((value) => (root === 'slice' ? slice(value, isPlain && !negated) : tag(value)));
    return `(${negated ? 'not ' : ''}(${sets.join(' or ')}))`;
  };
  const untagged = (negated: boolean): string => {
    const ids = [...schema.tags.values()].map(parameter);
    if (ids.length === 0) return negated ? '(false)' : '(true)';
    return `(seq ${negated ? '' : 'not '}in (select seq from slice_items where slice_id in (${ids.join(', ')})))`;
  };

  const dialect: ConditionDialect<FieldType> = {
    no: 'false',
    field(path) {
      const { column, type, name } = resolveField(path, schema);
      return { sql: column, type, name };
    },
    literal(value, wanted) {
      if (value.kind === 'number') {
        return { sql: `cast(${parameter(value.value)} as double precision)`, type: 'number' };
      }
      if (wanted === 'boolean' && (value.value === 'true' || value.value === 'false')) {
        return { sql: `cast(${parameter(value.value === 'true')} as boolean)`, type: 'boolean' };
      }
      return { sql: `cast(${parameter(value.value)} as varchar)`, type: 'text' };
    },
    // a remainder by zero is missing, not an error of the engine
    remainder: (left, right) => `(${left} % nullif(${right}, 0))`,
    // position() has no pattern characters to escape, unlike LIKE
    holds: (text, part) => `position(lower(${parameter(part)}) in lower(${text})) > 0`,
    own(node, isPlain) {
      conditions += 1;
      if (conditions > mostConditions)
        throw new QueryError('The live slices of this query hold too many conditions together.', node);
      const named = compileNameSet(node, (field) => resolveNameSet(field, schema));
      if (named !== undefined) return named;
      if (node.kind === 'missing') return setRoot(node.field) === 'tag' ? untagged(node.negated) : undefined;
      if (node.kind === 'in') {
        const root = setRoot(node.field);
        return root && inSets(root, node.values, node.negated, isPlain);
      }
      const root = node.kind === 'compare' ? setRoot(node.left) : undefined;
      if (node.kind !== 'compare' || root === undefined) return undefined;
      if (node.op !== '=' && node.op !== '!=')
        throw new QueryError(`A ${root} can be compared by = and != only.`, node);
      return inSets(root, [node.right], node.op === '!=', isPlain);
    },
    check({ op, whole }, type) {
      if (type !== 'boolean' || op === '=' || op === '!=') return;
      throw new QueryError('true and false can be compared by = and != only.', whole);
    },
  };
  return dialect;
}

/** Roots that name sets of items and no field. */
type SetRoot = 'slice' | 'tag';

function setRoot(node: ValueNode): SetRoot | undefined {
  if (node.kind !== 'field' || node.path.length !== 1) return undefined;
  const [root] = node.path;
  return root === 'slice' || root === 'tag' ? root : undefined;
}
