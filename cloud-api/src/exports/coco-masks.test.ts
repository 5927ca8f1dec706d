import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CocoCategories } from './coco-annotation.ts';
import { toCocoMasks } from './coco-masks.ts';

/** Column by column, as the reference decoder of COCO reads them. */
function decode({ counts, size: [height = 0, width = 0] }: { counts: number[]; size: number[] }): number[][] {
  const flat = counts.flatMap((count, at) => Array.from({ length: count }, () => at % 2));
  expect(flat).toHaveLength(width * height);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_unused, x) => flat[x * height + y] as number),
  );
}

test('every segment covers the pixels of its index, and the bounds and the area are those of these pixels', () => {
  const size = fc.record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) });
  const picture = size.chain(({ width, height }) =>
    fc
      .array(fc.integer({ min: 0, max: 3 }), { minLength: width * height, maxLength: width * height })
      .map((pixels) => ({ width, height, pixels })),
  );
  fc.assert(
    fc.property(picture, ({ width, height, pixels }) => {
      const columns = Array.from(
        { length: width * height },
        (_, at) => pixels[(at % height) * width + Math.floor(at / height)] as number,
      );
      const [values, lengths]: [number[], number[]] = [[], []];
      for (const [at, value] of columns.entries()) {
        if (at > 0 && value === columns[at - 1]) lengths[lengths.length - 1] = (lengths.at(-1) ?? 0) + 1;
        else lengths.push(values.push(value) && 1);
      }
      const annotations = [0, 1, 2, 9].map((index) => ({ label: `class ${index}`, index }));
      const row = { id: 'ann_1', body: JSON.stringify({ annotations, annotation_id: null }) };
      const categories = new CocoCategories();
      const found = toCocoMasks(row, { width, height, values, lengths }, 7, categories);
      const names = new Map(categories.all().map(({ id, name }) => [id, name]));
      const there = annotations.filter(({ index }) => pixels.includes(index));
      expect(found.map(({ category_id }) => names.get(category_id as number))).toEqual(there.map(({ label }) => label));
      for (const [at, { index }] of there.entries()) {
        const mask = decode(found[at]?.segmentation as { counts: number[]; size: number[] });
        expect(mask).toEqual(
          Array.from({ length: height }, (_, y) =>
            Array.from({ length: width }, (_unused, x) => (pixels[y * width + x] === index ? 1 : 0)),
          ),
        );
        const places = pixels.flatMap((value, place) =>
          value === index ? [{ x: place % width, y: Math.floor(place / width) }] : [],
        );
        const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
        const [left, top] = [Math.min(...xs), Math.min(...ys)];
        expect(found[at]).toMatchObject({
          image_id: 7,
          area: places.length,
          bbox: [left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1],
        });
      }
    }),
    { seed: 12, numRuns: 200 },
  );
});
