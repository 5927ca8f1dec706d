import { recordSchema } from '@nucleus/shared/record/record';
import { describe, expect, test } from 'vitest';
import { buildRecord, byteSizeBucket, type RecordPolicy, type RecordSubject, recordDigest } from './build-record.ts';

const subject: RecordSubject = {
  referenceId: 'yard/a b.jpg',
  path: new TextEncoder().encode('yard/a b.jpg'),
  bytes: 2_500_000,
  contentHash: new Uint8Array(32).fill(0xab),
  ingestDay: '2026-11-23',
  facts: {
    width: 3024,
    height: 4032,
    phash: '10'.repeat(32),
    fields: {
      media_kind: 'image',
      format: 'jpeg',
      status: 'ok',
      orientation: 6,
      camera_make: 'canon',
      brightness: 7,
      mean_color: '#aabbcc',
      blurhash: `L${'0'.repeat(27)}`,
      palette_1: '#aabbcc',
    },
    gps: { lat: 60.1699, lon: 24.9384 },
  },
};
const policy: RecordPolicy = {
  alias: 'main',
  level: 'standard',
  names: 'relative-path',
  fieldsOff: [],
  gpsGrainDegrees: 0.1,
  publicUrl: 'http://127.0.0.1:8787',
};

describe('building a record', () => {
  test.each(['minimal', 'standard', 'rich'] as const)('level %s gives what its closed schema takes', (level) => {
    const record = buildRecord(subject, { ...policy, level });
    expect(recordSchema(level).parse(record)).toEqual(record);
  });

  test('minimal holds nothing made from pixels and no name', () => {
    const record = buildRecord(subject, { ...policy, level: 'minimal', names: 'pseudonym' });
    expect(record.phash).toBeUndefined();
    expect(Object.keys(record.metadata).toSorted()).toEqual(
      [
        'byte_size_bucket',
        'content_hash',
        'format',
        'ingest_day',
        'media_kind',
        'orientation',
        'source',
        'status',
      ].toSorted(),
    );
  });

  test('standard holds no position and no palette; rich holds the centre of the cell', () => {
    expect(buildRecord(subject, policy).metadata.lat).toBeUndefined();
    expect(buildRecord(subject, policy).metadata.palette_1).toBeUndefined();
    const rich = buildRecord(subject, { ...policy, level: 'rich' });
    expect([rich.metadata.lat, rich.metadata.lon]).toEqual([60.15, 24.95]);
  });

  test('a pseudonymous source sends no name at any level', () => {
    expect(buildRecord(subject, { ...policy, level: 'rich', names: 'pseudonym' }).metadata.name).toBeUndefined();
  });

  test('a switched-off field stays inside', () => {
    const record = buildRecord(subject, { ...policy, fieldsOff: ['phash', 'blurhash', 'content_hash'] });
    expect([record.phash, record.metadata.blurhash, record.metadata.content_hash]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('what a sidecar file says is in the record at rich alone, less what is switched off', () => {
    const vector = { index_id: 'clip', embedding_vector: [1, -2] };
    const beside = { ...subject, sidecar: { fields: { x_ward: 'b4', x_dose: 1.5 }, vector } };
    const rich = buildRecord(beside, { ...policy, level: 'rich' });
    expect(rich).toMatchObject({ metadata: { x_ward: 'b4', x_dose: 1.5 }, embedding_info: vector });
    expect(recordSchema('rich').parse(rich)).toEqual(rich);
    expect(buildRecord(beside, policy)).toEqual(buildRecord(subject, policy));
    const less = { ...policy, level: 'rich' as const, fieldsOff: ['x_ward', 'embedding_info'] };
    expect(buildRecord(beside, less).metadata).toMatchObject({ x_dose: 1.5 });
    expect(Object.keys(buildRecord(beside, less).metadata)).not.toContain('x_ward');
    expect(buildRecord(beside, less).embedding_info).toBeUndefined();
    expect(recordSchema('rich', less.fieldsOff).safeParse(rich).success).toBe(false);
  });

  test('the address names source and reference id, encoded by segment', () => {
    expect(buildRecord(subject, policy).image_url).toBe('http://127.0.0.1:8787/assets/main/yard/a%20b.jpg');
  });

  test('the digest does not depend on the order of the facts', () => {
    const { fields } = subject.facts;
    const turned = Object.fromEntries(Object.entries(fields).toReversed());
    const other = { ...subject, facts: { ...subject.facts, fields: turned } };
    expect(recordDigest(buildRecord(other, policy))).toBe(recordDigest(buildRecord(subject, policy)));
  });
});

test.each([
  { bytes: 0, bucket: 0 },
  { bytes: 1, bucket: 0 },
  { bytes: 1024, bucket: 40 },
  { bytes: 1218, bucket: 41 },
  { bytes: 2_500_000, bucket: 85 },
])('$bytes bytes are in bucket $bucket', ({ bytes, bucket }) => {
  expect(byteSizeBucket(bytes)).toBe(bucket);
});
