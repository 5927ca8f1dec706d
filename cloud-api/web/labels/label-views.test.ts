import { expect, test } from 'vitest';
import { isSure, readLabels } from './label-views.ts';

test('labels are read by kind, with what can be drawn of them', () => {
  const box = { x: 1, y: 2, width: 3, height: 4 };
  const labels = readLabels(
    {
      segmentation: [
        {
          id: 's',
          mask_url: 'm',
          annotations: [
            { label: 'road', index: 1 },
            { label: 'sky', index: 2 },
            { label: 'road', index: 3 },
          ],
        },
      ],
      box: [
        { id: '1', label: 'car', geometry: box, confidence: 0 },
        { id: '2', label: 'car', geometry: box },
      ],
      category: [{ id: 'c', label: 'rain', taxonomy_name: 'weather', geometry: {} }],
      keypoints: [
        {
          id: 'k',
          label: 'person',
          geometry: {
            keypoints: [
              { x: 1, y: 1 },
              { x: null, y: null },
              { x: 2, y: 3 },
            ],
            skeleton: [
              [0, 1],
              [0, 2],
            ],
          },
        },
      ],
    },
    'truth',
  );
  expect(labels.map(({ id, name, kind, taxonomy }) => [id, name, kind, taxonomy])).toEqual([
    ['1', 'car', 'box', undefined],
    ['2', 'car', 'box', undefined],
    ['k', 'person', 'keypoints', undefined],
    ['c', 'rain', 'category', 'weather'],
    ['s', 'road, sky', 'segmentation', undefined],
  ]);
  expect(labels.map(({ classes, layer }) => [classes.length, layer])[4]).toEqual([2, 'truth']);
  expect(labels.map(({ shape }) => shape)).toEqual([
    { kind: 'box', ...box },
    { kind: 'box', ...box },
    {
      kind: 'points',
      points: [
        { x: 1, y: 1 },
        { x: 2, y: 3 },
      ],
      bones: [
        [
          { x: 1, y: 1 },
          { x: 2, y: 3 },
        ],
      ],
    },
    undefined,
    {
      kind: 'mask',
      segments: [
        { index: 1, label: 'road' },
        { index: 2, label: 'sky' },
        { index: 3, label: 'road' },
      ],
    },
  ]);
  expect(labels.map((label) => isSure(label, 0.5))).toEqual([false, true, true, true, true]);
});
