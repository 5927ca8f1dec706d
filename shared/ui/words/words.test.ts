import { expect, test } from 'vitest';
import { exposure, fieldText, groupMetadata } from './fields.ts';
import { bytes, count, counted, duration } from './quantities.ts';
import { cutMiddle, visibleText } from './visible-text.ts';

test('characters that deceive are spelled out', () => {
  expect(visibleText('a\u202egpj.exe')).toBe('a\\u{202e}gpj.exe');
  expect(visibleText('tab\there\u0000')).toBe('tab\\u{9}here\\u{0}');
  expect(visibleText('Häuser 家 <b>.jpg')).toBe('Häuser 家 <b>.jpg');
});

test('paths are cut in the middle', () => {
  expect(cutMiddle('inspection/na/block-07/T14_0031.jpg', 21)).toBe('inspecti…T14_0031.jpg');
  expect(cutMiddle('short.jpg', 21)).toBe('short.jpg');
  expect([...cutMiddle('😀'.repeat(40), 9)]).toHaveLength(9);
});

test('numbers read as people write them', () => {
  expect([count(1_000_000), counted(1, 'item'), counted(0, 'item')]).toEqual(['1,000,000', '1 item', '0 items']);
  expect([bytes(545), bytes(18_874_368), bytes(999_960)]).toEqual(['545 bytes', '18.9 MB', '1 MB']);
  expect([duration(2), duration(720), duration(11_520), duration(19 * 86_400)]).toEqual([
    '2 s',
    '12 min',
    '3 h 12 min',
    '19 days',
  ]);
  expect([exposure(1_250), exposure(2_500_000)]).toEqual(['1/800 s', '2.5 s']);
});

test('every field of an item stands in one group', () => {
  const groups = groupMetadata({
    iso: 200,
    f_number: 5.6,
    x_crew: 'b',
    reviewed: true,
    mean_color: '#c4cac9',
    '__proto__x': 1,
  });
  const fields = groups.flatMap((group) => group.lines.map((line) => line.field)).sort();
  expect(fields).toEqual(['__proto__x', 'f_number', 'iso', 'mean_color', 'reviewed', 'x_crew']);
  expect(groups.find((group) => group.title === 'Added in the cloud')?.lines.map((line) => line.field)).toContain(
    'reviewed',
  );
});

test.each([
  ['byte_size', 425_900, '425.9 kB'],
  ['capture_local', '2008-05-30T15:56:01', '2008-05-30 15:56'],
  ['capture_time', '2008-05-30T15:56:01Z', '2008-05-30 15:56Z'],
  ['sharpness', 7, '7 of 15'],
  ['x_ward', 'T4', 'T4'],
  ['iso', null, ''],
])('a list writes %s %o as %s', (field, value, words) => {
  expect(fieldText(field, value)).toBe(words);
});
