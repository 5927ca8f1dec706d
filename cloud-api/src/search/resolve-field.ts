import { AppError } from '@nucleus/shared/failure/app-error';
import { QueryError } from '@nucleus/shared/query/query-error';
import { type FieldPath, isFieldRoot } from '@nucleus/shared/query/query-tree';
import { itemColumns, type SearchField, type SearchSchema } from './search-field.ts';

/**
 * The column that a written field means: `metadata.NAME`, a bare `NAME`, or one of the item's own.
 * @throws QueryError at the field when the dataset has none of that name, with the nearest name there is.
 */
export function resolveField(field: FieldPath, schema: SearchSchema): SearchField {
  const [root = '', ...rest] = field.path;
  if (rest.length === 0 && Object.hasOwn(itemColumns, root)) return itemColumns[root as keyof typeof itemColumns];
  const name = root === 'metadata' ? rest.join('.') : field.path.join('.');
  const found = root === 'metadata' || !isFieldRoot(root) ? schema.metadata.get(name) : undefined;
  if (found) return found;
  const near = nearestName(name, [...schema.metadata.keys(), ...Object.keys(itemColumns)]);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new QueryError(`There is no field "${name}".${hint}`, field);
}

/**
 * A field named on its own, outside a query: as a facet or a sort key. With or without `metadata.` before it.
 * @throws AppError `invalid-request` when the dataset has none of that name.
 */
export function fieldByName(name: string, schema: SearchSchema): SearchField {
  if (Object.hasOwn(itemColumns, name)) return itemColumns[name as keyof typeof itemColumns];
  const found = schema.metadata.get(name.replace(/^metadata\./, ''));
  if (found) return found;
  const near = nearestName(name, [...schema.metadata.keys(), ...Object.keys(itemColumns)]);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new AppError('invalid-request', `There is no field "${name}".${hint}`, { at: 'field' });
}

/** The name within an edit distance of a third of its length, nearest first; undefined when none is near. */
function nearestName(name: string, names: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  let best: { name: string; distance: number } | undefined;
  for (const candidate of names) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance <= Math.ceil(candidate.length / 3) && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) {
      best = { name: candidate, distance };
    }
  }
  return best?.name;
}

/** Levenshtein distance by two rows. */
function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}
