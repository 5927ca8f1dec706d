/** Labels as routes answer them (wire contract 9.1). */
import type { LabelInput } from './label-input.ts';
import type { LabelKind } from './label-kinds.ts';

/** A label without what is the item's own: its reference id, which may change, and without the label's id. */
export type LabelBody = Readonly<Record<string, unknown>>;

/** Kind under which a label is kept and answered: a mask comes back as a segmentation. */
export function kindOf(label: LabelInput): LabelKind {
  return label.type === 'mask' ? 'segmentation' : label.type;
}

/** Classes that a label counts for: several for a mask, by its segments, and for a multicategory. */
export function classesOf(label: LabelInput): string[] {
  if (label.type === 'mask') return label.annotations.map((segment) => segment.label);
  return label.type === 'multicategory' ? label.labels : [label.label];
}

/**
 * What is answered of a label. Coordinates, ids and addresses are as they were sent; `metadata` is an object except in segments, where
 * absent stays absent; a confidence and a distribution are there only when they were given, and in predictions alone.
 */
export function toLabelBody(label: LabelInput, isPrediction: boolean): LabelBody {
  return {
    ...ownPart(label, isPrediction),
    metadata: label.metadata ?? {},
    task_id: label.task_id ?? null,
    track_reference_id: label.track_reference_id ?? null,
    ...(isPrediction && label.confidence != null ? { confidence: label.confidence } : {}),
    ...(isPrediction && label.class_pdf != null ? { class_pdf: label.class_pdf } : {}),
  };
}

function ownPart(label: LabelInput, isPrediction: boolean): LabelBody {
  switch (label.type) {
    case 'category':
    case 'multicategory': {
      const named = label.type === 'category' ? { label: label.label } : { labels: label.labels };
      const taxonomy = label.taxonomy_name == null ? {} : { taxonomy_name: label.taxonomy_name };
      return { type: label.type, ...named, ...taxonomy, geometry: {} };
    }
    case 'mask':
      return {
        type: 'segmentation',
        mask_url: label.mask_url,
        annotation_id: label.annotation_id ?? null,
        annotations: label.annotations.map(({ metadata, ...segment }) =>
          metadata == null ? segment : { ...segment, metadata },
        ),
      };
    case 'keypoints': {
      const { keypoints, names, skeleton } = label.geometry;
      const points = keypoints.map(({ x, y, visible }) => ({ x: x ?? null, y: y ?? null, visible }));
      // The client reads the key of a prediction without asking whether it is there.
      const bones = skeleton === undefined && isPrediction ? [] : (skeleton ?? null);
      return { ...objectPart(label), geometry: { keypoints: points, names, skeleton: bones } };
    }
    case 'box':
    case 'polygon':
      return {
        ...objectPart(label),
        geometry: label.geometry,
        embedding_vector: label.embedding_vector ?? null,
      };
    default:
      return { ...objectPart(label), geometry: label.geometry };
  }
}

function objectPart(label: { type: string; label: string; annotation_id?: string | null | undefined }): LabelBody {
  return { type: label.type, label: label.label, annotation_id: label.annotation_id ?? null };
}
