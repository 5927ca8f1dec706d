import { expect, test } from 'vitest';
import { assignColours } from './class-colours.ts';

test('eight classes have eight colours, whatever they are called, and a ninth shares one', () => {
  const names = ['car', 'truck', 'bus', 'person', 'bicycle', 'dog', 'sign', 'tree'];
  const colourOf = assignColours(names);
  expect(new Set(names.map(colourOf)).size).toBe(8);
  expect(new Set(assignColours(names.toReversed()) && names.map(assignColours(names.toReversed())))).toEqual(
    new Set(names.map(colourOf)),
  );
  expect(names.map(assignColours([...names, ...names]))).toEqual(names.map(colourOf));
  const ninth = assignColours([...names, 'zebra'])('zebra');
  expect(ninth).toBeGreaterThanOrEqual(1);
  expect(ninth).toBeLessThanOrEqual(8);
  expect(assignColours([])('never seen')).toBe(assignColours(['car'])('never seen'));
});
