import { expect, test } from 'vitest';
import { isSure, readLabels } from './label-views.ts';

test('labels are read by kind, one colour a class, with what can be drawn of them', () => {
  const box = { x: 1, y: 2, width: 3, height: 4 };
  const labels = readLabels({
    segmentation: [{ id: 's', mask_url: 'm', annotations: [{ label: 'road' }, { label: 'sky' }, { label: 'road' }] }],
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
  });
  expect(labels.map(({ id, name, kind, taxonomy }) => [id, name, kind, taxonomy])).toEqual([
    ['1', 'car', 'box', undefined],
    ['2', 'car', 'box', undefined],
    ['k', 'person', 'keypoints', undefined],
    ['c', 'rain', 'category', 'weather'],
    ['s', 'road, sky', 'segmentation', undefined],
  ]);
  expect(labels[0]?.colour).toBe(labels[1]?.colour);
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
    undefined,
  ]);
  expect(labels.map((label) => isSure(label, 0.5))).toEqual([false, true, true, true, true]);
});
