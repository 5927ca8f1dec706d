/** Kinds of labels, by the word that the wire and queries use. Order is part of projections: only ever append. */
export const labelKinds = [
  'box',
  'line',
  'polygon',
  'keypoints',
  'cuboid',
  'category',
  'multicategory',
  'segmentation',
] as const;
export type LabelKind = (typeof labelKinds)[number];

/** Whether a kind says something about the whole item; every other one has a place in it, and those are what `count` counts. */
export function isCategorical(kind: LabelKind): boolean {
  return kind === 'category' || kind === 'multicategory';
}
