import { expect, test } from 'vitest';
import { TextColumn, unpadded } from './text-column.ts';

test('texts come back as they were put, over many blocks', () => {
  const column = new TextColumn();
  const texts = Array.from({ length: 5_000 }, (_, n) =>
    n % 7 === 0 ? '' : `${n}/${'é🙂x'.slice(0, n % 5)}${'y'.repeat((n * 37) % 1_000)}`,
  ).map((text) => text.toWellFormed());
  for (const text of texts) column.push(text);
  expect(column.count).toBe(texts.length);
  const { bytes, width } = column.padded();
  expect(texts.findIndex((text, place) => unpadded(bytes, width, place) !== text)).toBe(-1);
  expect(texts.findIndex((text, place) => column.at(place) !== text)).toBe(-1);
});
