import { describe, expect, test } from 'vitest';
import { levels } from './levels.ts';
import { recordSchema } from './record.ts';
import { isOnStep, roundToStep } from './step.ts';

const minimal = {
  reference_id: 'p_0123456789abcdef0123456789abcdef',
  image_url: 'http://127.0.0.1:8787/assets/main/p_0123',
  width: 4032,
  height: 3024,
  metadata: { source: 'main', media_kind: 'image', format: 'jpeg', status: 'ok', byte_size_bucket: 84 },
};
const standard = {
  ...minimal,
  phash: '01'.repeat(32),
  metadata: { ...minimal.metadata, name: 'a/b.jpg', f_number: 2.8, mean_color: '#8899aa', camera_make: 'canon' },
};

describe('the closed schema of a level', () => {
  test.each(levels)('level %s takes a minimal record', (level) => {
    expect(recordSchema(level).parse(minimal)).toEqual(minimal);
  });

  test.each([
    { why: 'a field of a higher level', record: standard },
    { why: 'an unknown top-level key', record: { ...minimal, thumbnail: 'AAAA' } },
    { why: 'an unknown metadata key', record: { ...minimal, metadata: { gps: '1' } } },
    { why: 'null instead of absent', record: { ...minimal, metadata: { orientation: null } } },
    { why: 'a fraction where integers are meant', record: { ...minimal, width: 10.5 } },
    { why: 'a number over its range', record: { ...minimal, metadata: { byte_size_bucket: 256 } } },
    { why: 'a value outside its enum', record: { ...minimal, metadata: { format: 'svg' } } },
    { why: 'an address with a query', record: { ...minimal, image_url: 'http://a/b?pixels=AAAA' } },
    { why: 'a source alias with capitals', record: { ...minimal, metadata: { source: 'MAIN' } } },
  ])('minimal refuses $why', ({ record }) => {
    expect(recordSchema('minimal').safeParse(record).success).toBe(false);
  });

  test('standard takes the descriptors and refuses a coarse position', () => {
    expect(recordSchema('standard').parse(standard)).toEqual(standard);
    const located = { ...standard, metadata: { ...standard.metadata, lat: 60.05, lon: 24.95 } };
    expect(recordSchema('standard').safeParse(located).success).toBe(false);
    expect(recordSchema('rich').safeParse(located).success).toBe(true);
  });

  test('a switched-off field is refused although the level allows it', () => {
    expect(recordSchema('standard', ['name']).safeParse(standard).success).toBe(false);
    expect(recordSchema('standard', ['phash']).safeParse(standard).success).toBe(false);
  });

  test('no bits hide in the tail of a decimal', () => {
    const sneaky = { ...standard, metadata: { f_number: 2.8000000000000003 } };
    expect(recordSchema('standard').safeParse(sneaky).success).toBe(false);
  });

  test.each([
    { why: 'a key that is not x_ and lower case', metadata: { x_Bad: 1 } },
    { why: 'text over 256 bytes', metadata: { x_note: 'é'.repeat(129) } },
    { why: 'more than 32 of them', metadata: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`x_k${i}`, 1])) },
    { why: 'an object', metadata: { x_deep: { a: 1 } } },
  ])('rich refuses custom fields with $why', ({ metadata }) => {
    expect(recordSchema('rich').safeParse({ ...minimal, metadata }).success).toBe(false);
  });

  test('rich takes typed custom fields and an int8 vector', () => {
    const record = {
      ...minimal,
      embedding_info: { index_id: 'clip', embedding_vector: [-128, 0, 127] },
      metadata: { ...minimal.metadata, x_ward: 'b4', x_dose: 1.5 },
    };
    expect(recordSchema('rich').parse(record)).toEqual(record);
    const float = { ...record, embedding_info: { index_id: 'clip', embedding_vector: [0.5] } };
    expect(recordSchema('rich').safeParse(float).success).toBe(false);
  });
});

test.each([
  { value: 2.84, step: 0.1, want: 2.8 },
  { value: 23.9760239, step: 0.001, want: 23.976 },
  { value: -33.8688197, step: 0.000001, want: -33.86882 },
])('$value rounds to $want at step $step', ({ value, step, want }) => {
  expect(roundToStep(value, step)).toBe(want);
  expect(isOnStep(want, step)).toBe(true);
  expect(isOnStep(value, step)).toBe(false);
});
