/** Pairs of what came after the core; each group begins with a dataset of its own. */
import { expect } from 'vitest';
import type { Pair } from './nucleus-pair.ts';
import { autotagPairs } from './nucleus-pairs-of-autotags.ts';
import { labelPairs } from './nucleus-pairs-of-labels.ts';
import { objectPairs } from './nucleus-pairs-of-objects.ts';
import { predictionPairs } from './nucleus-pairs-of-predictions.ts';
import { scenePairs } from './nucleus-pairs-of-scenes.ts';

const kinds = (status: string) => (state: { ds: string }) => ({
  dataset_id: state.ds,
  taxonomy_name: 'kinds',
  status,
});

const taxonomyPairs: Pair[] = [
  {
    route: 'POST dataset/create',
    path: 'dataset/create',
    body: { name: 'taxonomies', is_scene: false, use_privacy_mode: true },
    reply: () => ({ dataset_id: expect.any(String) }),
    keep: (body) => ({ ds: body.dataset_id }),
  },
  {
    route: 'POST dataset/{ds}/add_taxonomy',
    path: 'dataset/{ds}/add_taxonomy',
    body: { taxonomy_name: 'kinds', type: 'category', labels: ['car', 'bus'], update: false },
    reply: kinds('Taxonomy created'),
  },
  {
    route: 'DELETE dataset/{ds}/taxonomy/{name}',
    path: 'dataset/{ds}/taxonomy/kinds',
    body: {},
    reply: kinds('Taxonomy successfully deleted'),
  },
];

export const laterPairs: Pair[] = [
  ...taxonomyPairs,
  ...labelPairs,
  ...predictionPairs,
  ...autotagPairs,
  ...scenePairs,
  ...objectPairs,
];
