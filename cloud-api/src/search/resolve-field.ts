import { AppError } from '@nucleus/shared/failure/app-error';
import { QueryError } from '@nucleus/shared/query/query-error';
import { type FieldPath, isFieldRoot } from '@nucleus/shared/query/query-tree';
import { type NameSet, noNumber } from './name-sets.ts';
import { nearestName } from './nearest-name.ts';
import { resolveAutotag } from './resolve-autotags.ts';
import { resolveLabels } from './resolve-labels.ts';
import { itemColumns, type SearchField, type SearchSchema } from './search-field.ts';

/**
 * The column that a written field means: `metadata.NAME`, a bare `NAME`, or one of the item's own.
 * @throws QueryError at the field when the dataset has none of that name, with the nearest name there is.
 */
export function resolveField(field: FieldPath, schema: SearchSchema): SearchField {
  const [root = '', ...rest] = field.path;
  if (rest.length === 0 && Object.hasOwn(itemColumns, root)) return itemColumns[root as keyof typeof itemColumns];
  const derived = resolveLabels(field, schema.labels)?.count ?? resolveAutotag(field, schema.autotags)?.score;
  if (derived !== undefined) return derived;
  const set = resolveNameSet(field, schema);
  if (set !== undefined) throw noNumber(set, field);
  const name = root === 'metadata' ? rest.join('.') : field.path.join('.');
  const found = root === 'metadata' || !isFieldRoot(root) ? schema.metadata.get(name) : undefined;
  if (found) return found;
  const near = nearestName(name, [...schema.metadata.keys(), ...Object.keys(itemColumns)]);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new QueryError(`There is no field "${name}".${hint}`, field);
}

/** The set of names that a field is, if it is one. @throws QueryError at the field when what it names is not there */
export function resolveNameSet(field: FieldPath, schema: SearchSchema): NameSet | undefined {
  return resolveLabels(field, schema.labels)?.taxonomy ?? resolveAutotag(field, schema.autotags)?.set;
}

/**
 * A field named on its own, outside a query: as a facet or a sort key. With or without `metadata.` before it.
 * @throws AppError `invalid-request` when the dataset has none of that name.
 */
export function fieldByName(name: string, schema: SearchSchema): SearchField {
  if (Object.hasOwn(itemColumns, name)) return itemColumns[name as keyof typeof itemColumns];
  const isDerived = /^(annotations|predictions|autotag)\./.test(name) && !schema.metadata.has(name);
  if (isDerived) return resolveField({ kind: 'field', path: name.split('.'), start: 0, end: name.length }, schema);
  const found = schema.metadata.get(name.replace(/^metadata\./, ''));
  if (found) return found;
  const near = nearestName(name, [...schema.metadata.keys(), ...Object.keys(itemColumns)]);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new AppError('invalid-request', `There is no field "${name}".${hint}`, { at: 'field' });
}
