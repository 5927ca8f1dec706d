/** What `autotag.` means in queries (wire contract 4.6), as SQL over the scores. Names no input. */
import { QueryError } from '@nucleus/shared/query/query-error';
import type { FieldPath, Span } from '@nucleus/shared/query/query-tree';
import type { AutotagState } from './apply-autotags.ts';
import type { NameSet } from './name-sets.ts';
import { nearestName } from './nearest-name.ts';
import type { SearchField } from './search-field.ts';

/** From here on an item counts as tagged. */
const defaultThreshold = 0;

/**
 * Meaning of a path below `autotag`: `image` is the autotags that an item meets, `image.NAME` its score, which items lack that were not
 * scored. Undefined for any other path.
 * @throws QueryError at the field when there is no such autotag
 */
export function resolveAutotag(
  field: FieldPath,
  { places }: AutotagState,
): { score: SearchField; set?: never } | { set: NameSet; score?: never } | undefined {
  const [root, level, ...path] = field.path;
  if (root !== 'autotag') return undefined;
  if (level === 'object')
    throw new QueryError('This dataset has no autotags of objects: ask for autotag.image.', field);
  if (level !== 'image') throw new QueryError('After autotag comes image.', field);
  const name = field.path.join('.');
  if (path.length > 0) {
    const place = placeOf(path.join('.'), places, field);
    const column = `(select s.score from autotag_scores s where s.autotag = ${place} and s.seq = items.seq)`;
    return { score: { name, type: 'number', column } };
  }
  const tagged = (condition: string): string =>
    `(seq in (select seq from autotag_scores where score >= ${defaultThreshold}${condition}))`;
  return {
    set: {
      name,
      is: 'the autotags of an item',
      has: (tag, at) => tagged(` and autotag = ${placeOf(tag, places, at)}`),
      hasAny: () => tagged(''),
    },
  };
}

function placeOf(name: string, places: AutotagState['places'], at: Span): number {
  const place = places.get(name);
  if (place !== undefined) return place;
  const near = nearestName(name, [...places.keys()]);
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new QueryError(`This dataset has no autotag "${name}".${hint}`, at);
}
