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
