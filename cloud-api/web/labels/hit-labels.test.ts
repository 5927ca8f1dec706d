import { expect, test } from 'vitest';
import { labelAt } from './hit-labels.ts';
import type { LabelView, Shape } from './label-views.ts';

const label = (id: string, shape: Shape | undefined): LabelView => ({
  id,
  name: id,
  classes: [id],
  kind: 'box',
  layer: 'truth',
  taxonomy: undefined,
  confidence: undefined,
  track: undefined,
  metadata: {},
  shape,
});
const corners = (...points: [number, number][]) => points.map(([x, y]) => ({ x, y }));
const labels = [
  label('yard', { kind: 'box', x: 0, y: 0, width: 100, height: 100 }),
  label('car', { kind: 'box', x: 10, y: 10, width: 20, height: 20 }),
  label('ell', { kind: 'polygon', points: corners([50, 50], [90, 50], [90, 60], [60, 60], [60, 90], [50, 90]) }),
  label('lane', { kind: 'line', points: corners([0, 95], [100, 95]) }),
  label('person', { kind: 'points', points: corners([40, 20]), bones: [] }),
  label('road', { kind: 'mask', segments: [] }),
  label('rain', undefined),
];

test.each<[string, number, number, string | undefined]>([
  ['the smaller of two boxes, one in the other', 15, 15, 'car'],
  ['the larger beside it', 45, 15, 'yard'],
  ['a polygon inside', 55, 80, 'ell'],
  ['not the bay of a polygon', 80, 80, 'yard'],
  ['a line before an area', 20, 96.5, 'lane'],
  ['a point before an area', 41, 21, 'person'],
  ['a mask where nothing else is', 150, 150, 'road'],
  ['nothing where there is none', 250, 250, undefined],
])('%s', (_, x, y, expected) => {
  const classAt = ({ id }: LabelView) => (id === 'road' && x < 200 ? 'road' : undefined);
  expect(labelAt(labels, { x, y }, 2, classAt)?.id).toBe(expected);
});
