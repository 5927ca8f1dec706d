import type { Projection } from './projection.ts';
import { fieldByName } from './resolve-field.ts';

/** What no item holds itself: counts of its labels, scores of autotags. */
const derivedRoots = /^(annotations|predictions|autotag)\./;

/**
 * What the projection knows of items beside their metadata, by place and name of the field; null where it knows nothing. Fields of metadata
 * are left out.
 * @throws QueryError, AppError `invalid-request` for a field that is not there
 */
export async function readDerived(
  projection: Projection,
  fields: readonly string[],
  seqs: readonly number[],
): Promise<ReadonlyMap<number, ReadonlyMap<string, number | null>>> {
  const { schema, ask } = await projection.current();
  const wanted = fields.filter((name) => derivedRoots.test(name) && !schema.metadata.has(name));
  if (wanted.length === 0 || seqs.length === 0) return new Map();
  const columns = wanted.map((name) => `(${fieldByName(name, schema).column})::double`);
  const places = seqs.map(() => '?').join(', ');
  const rows = await ask(`select seq::double, ${columns.join(', ')} from items where seq in (${places})`, [...seqs]);
  return new Map(
    rows.map(([seq, ...values]) => [
      Number(seq),
      new Map(wanted.map((name, at) => [name, values[at] == null ? null : Number(values[at])])),
    ]),
  );
}
