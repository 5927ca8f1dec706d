import { expect, test } from 'vitest';
import { isSidecarName, maxSidecarBytes, parseSidecar, pictureOf } from './sidecar.ts';

const parsed = (said: unknown) => parseSidecar(Buffer.from(typeof said === 'string' ? said : JSON.stringify(said)));
const vector = (embedding_vector: unknown, index_id: unknown = 'clip') => ({
  embedding_info: { index_id, embedding_vector },
});

test('custom fields and a vector are taken; everything else stays where it is', () => {
  expect(
    parsed({ x_ward: 'b4', x_dose: 1.5, ...vector([-128, 0, 127]), title: 'Jane', geoData: { latitude: 60 } }),
  ).toEqual({
    fields: { x_ward: 'b4', x_dose: 1.5 },
    vector: { index_id: 'clip', embedding_vector: [-128, 0, 127] },
  });
});

test.each([
  { why: 'no JSON', said: '{"x_a": 1', fault: 'not-json' },
  { why: 'a list', said: [1], fault: 'not-json' },
  { why: 'null', said: null, fault: 'not-json' },
  { why: 'no UTF-8', said: undefined, fault: 'not-json' },
  { why: 'capitals in a key', said: { x_Ward: 1, x_ok: 1 }, fault: 'bad-key' },
  { why: 'a key that is too long', said: { [`x_${'a'.repeat(32)}`]: 1, x_ok: 1 }, fault: 'bad-key' },
  { why: 'an object as value', said: { x_a: {}, x_ok: 1 }, fault: 'bad-value' },
  { why: 'null as value', said: { x_a: null, x_ok: 1 }, fault: 'bad-value' },
  { why: 'a truth value', said: { x_a: true, x_ok: 1 }, fault: 'bad-value' },
  { why: 'a number that is none', said: '{"x_a": 1e999, "x_ok": 1}', fault: 'bad-value' },
  { why: 'a text over its bytes', said: { x_a: 'é'.repeat(129), x_ok: 1 }, fault: 'bad-value' },
  { why: 'half a character', said: '{"x_a": "\\ud800", "x_ok": 1}', fault: 'bad-value' },
  { why: 'NUL', said: { x_a: 'a\0b', x_ok: 1 }, fault: 'bad-value' },
  { why: 'a vector of fractions', said: { ...vector([0.5]), x_ok: 1 }, fault: 'bad-vector' },
  { why: 'a vector out of range', said: { ...vector([128]), x_ok: 1 }, fault: 'bad-vector' },
  { why: 'a vector that is too long', said: { ...vector(Array(513).fill(1)), x_ok: 1 }, fault: 'bad-vector' },
  { why: 'an empty vector', said: { ...vector([]), x_ok: 1 }, fault: 'bad-vector' },
  { why: 'a vector without index', said: { ...vector([1], 'a b'), x_ok: 1 }, fault: 'bad-vector' },
])('a file with $why says so, and what is right in it counts', ({ said, fault }) => {
  const found = said === undefined ? parseSidecar(Buffer.from([0x7b, 0xff, 0x7d])) : parsed(said);
  expect(found).toEqual({ fields: fault === 'not-json' ? {} : { x_ok: 1 }, fault });
});

test('more than thirty-two fields are cut by name, and a file that is too large is not read', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`x_k${String(i).padStart(2, '0')}`, i]));
  const found = parsed(many);
  expect([Object.keys(found.fields).length, found.fields.x_k31, found.fault]).toEqual([32, 31, 'too-many-fields']);
  expect(parsed(`{"x_a":1}${' '.repeat(maxSidecarBytes)}`)).toEqual({ fields: {}, fault: 'too-large' });
});

test.each([
  ['a.jpg.json', true],
  ['yard/A.JPG.JSON', true],
  ['clip.mp4.json', true],
  ['a.json', false],
  ['a.jpg', false],
  ['a.txt.json', false],
])('%s is a sidecar: %s', (name, is) => {
  expect(isSidecarName(name)).toBe(is);
  if (is) expect(pictureOf(name)).toBe(name.slice(0, -5));
});
