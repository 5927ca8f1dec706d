import { recordFields } from '@nucleus/shared/record/fields';
import { itemStates } from '@nucleus/shared/wire/local-item';

export type FindType = 'number' | 'text';

/** A field that the viewer can ask for: an SQL expression over `items i`, and what it holds. */
export interface FindField {
  sql: string;
  type: FindType;
  /** What it is, for completion. */
  about: string;
  /** The only values there are, if they are few and known. */
  values?: readonly string[];
}

const fact = (name: string): string => `(i.facts ->> '$.fields.${name}')`;

const stateSql = `(case
  when i.status = 'pending' then 'pending'
  when i.status = 'exception' then 'exception'
  when exists (select 1 from dead_letters d where d.source_no = i.source_no and d.reference_id = i.reference_id) then 'dead-letter'
  when i.acked_revision < i.revision
    or exists (select 1 from outbox o where o.source_no = i.source_no and o.reference_id = i.reference_id) then 'queued'
  else 'synced' end)`;

const own: Record<string, FindField> = {
  state: {
    about: 'where the file stands',
    sql: stateSql,
    type: 'text',
    values: itemStates.filter((state) => state !== 'gone'),
  },
  path: { about: 'pattern over the path: folder/**, *.jpg', sql: 'path_text(i.path)', type: 'text' },
  name: { about: 'relative path', sql: 'path_text(i.path)', type: 'text' },
  source: {
    about: 'alias of the source',
    sql: '(select s.alias from sources s where s.source_no = i.source_no)',
    type: 'text',
  },
  reference_id: { about: 'id in the cloud', sql: 'i.reference_id', type: 'text' },
  exception: { about: 'why it could not be read', sql: 'i.exception_code', type: 'text' },
  byte_size: { about: 'bytes', sql: 'i.byte_size', type: 'number' },
  ingest_day: { about: 'day first catalogued, UTC', sql: 'i.ingest_day', type: 'text' },
  content_hash: { about: 'keyed hash of the bytes', sql: 'lower(hex(substr(i.content_hash, 1, 16)))', type: 'text' },
  width: { about: 'pixels, as displayed', sql: "(i.facts ->> '$.width')", type: 'number' },
  height: { about: 'pixels, as displayed', sql: "(i.facts ->> '$.height')", type: 'number' },
  phash: { about: 'perceptual hash', sql: "(i.facts ->> '$.phash')", type: 'text' },
  lat: { about: 'exact latitude; stays here', sql: "(i.facts ->> '$.gps.lat')", type: 'number' },
  lon: { about: 'exact longitude; stays here', sql: "(i.facts ->> '$.gps.lon')", type: 'number' },
};

/** Every field by name: what a record can hold whatever the level, and what stays here: path, state, exact position. */
export const findFields: ReadonlyMap<string, FindField> = new Map(
  [
    ...Object.entries(recordFields)
      .filter(([name]) => !(name in own) && name !== 'byte_size_bucket')
      .map(([name, { shape, about }]): [string, FindField] => {
        const type = shape.kind === 'integer' || shape.kind === 'decimal' ? 'number' : 'text';
        return [name, { sql: fact(name), type, about, ...(shape.kind === 'enum' ? { values: shape.values } : {}) }];
      }),
    ...Object.entries(own),
  ].toSorted(([a], [b]) => (a < b ? -1 : 1)),
);
