import { expect, test } from 'vitest';
import { type FieldShape, recordFields } from './fields.ts';
import type { Level } from './levels.ts';
import { plainRecord } from './plain-record.ts';
import { recordSchema } from './record.ts';

const record = {
  reference_id: 'a/b.jpg',
  image_url: 'http://127.0.0.1:8787/assets/main/a/b.jpg',
  width: 4000,
  height: 3000,
  metadata: { source: 'main', format: 'jpeg', byte_size_bucket: 90 },
};
const odd: unknown[] = [
  ...[
    undefined,
    null,
    '',
    'x',
    'main',
    'ok',
    '#00ff7f',
    'a\0b',
    '\ud800',
    'é'.repeat(341),
    'é'.repeat(342),
    'é'.repeat(513),
    true,
  ],
  ...[
    0,
    -0,
    1,
    1.5,
    0.1,
    0.30000000000000004,
    -1,
    2 ** 53,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    10n,
    [],
    {},
    [1],
    ['main'],
  ],
  ...[
    '0'.repeat(32),
    '01'.repeat(32),
    '2026-11-25',
    '2026-13-25',
    `L${'0'.repeat(27)}`,
    'https://a.test/b',
    'https://a.test/b?c',
    'a'.repeat(5000),
  ],
];
/** At and beside the borders of a shape, and one inside it. */
function around(shape: FieldShape): unknown[] {
  if (shape.kind === 'enum') return [...shape.values, `${shape.values[0]} `];
  if (shape.kind !== 'integer' && shape.kind !== 'decimal') return [];
  const step = shape.kind === 'decimal' ? shape.step : 1;
  return [shape.min, shape.max].flatMap((at) => [at - step, at, at + step, at + step / 3]);
}

const cases: [level: Level, off: string[]][] = [
  ['minimal', []],
  ['standard', []],
  ['standard', ['phash', 'iso', 'name']],
  ['rich', []],
  ['rich', ['palette_1']],
];
test.each(cases)('at level %s without %j it takes what the schema takes, value by value', (level, off) => {
  const isPlain = plainRecord(level, off);
  const schema = recordSchema(level, off);
  let taken = 0;
  const compare = (value: unknown, what: string): void => {
    const isGood = schema.safeParse(value).success;
    if (isGood) taken++;
    expect(isPlain(value), what).toBe(isGood);
  };
  compare(record, 'the record');
  for (const key of [...Object.keys(record), 'phash']) {
    for (const value of odd)
      compare({ ...record, [key]: value }, `${key}: ${typeof value} ${String(value).slice(0, 40)}`);
    const { [key as 'width']: _, ...rest } = record;
    compare(rest, `without ${key}`);
  }
  for (const [field, { shape }] of Object.entries(recordFields)) {
    for (const value of [...odd, ...around(shape)])
      compare(
        { ...record, metadata: { ...record.metadata, [field]: value } },
        `${field}: ${typeof value} ${String(value).slice(0, 40)}`,
      );
  }
  for (const value of [undefined, null, 1, 'x', [], [record]]) compare(value, String(value));
  // what no schema sees is nothing that this may let through
  expect(isPlain(JSON.parse(JSON.stringify(record).replace('"source"', '"__proto__":1,"source"')))).toBe(false);
  for (const key of ['other', 'constructor', 'toString', 'Name'])
    compare({ ...record, metadata: JSON.parse(`{"source":"main","${key}":1}`) }, `field ${key}`);
  compare(JSON.parse(JSON.stringify({ ...record, gps: [1, 2] })), 'a key beside');
  expect(taken).toBeGreaterThan(60);
});

test('vectors and custom fields are left to the schema', () => {
  const isPlain = plainRecord('rich');
  for (const more of [
    { embedding_info: { index_id: 'a', embedding_vector: [1] } },
    { metadata: { ...record.metadata, x_site: 'north' } },
  ]) {
    expect(recordSchema('rich').safeParse({ ...record, ...more }).success).toBe(true);
    expect(isPlain({ ...record, ...more })).toBe(false);
  }
});
