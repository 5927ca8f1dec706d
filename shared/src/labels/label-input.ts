/** Labels as clients send them (wire contract 9.1): annotations, and predictions, which add a confidence. */
import { z } from 'zod';
import { ReferenceId, utf8Bytes, WellFormedText } from '../ids/ids.ts';
import { Metadata, mostDimensions } from '../wire/dataset-item.ts';

/** Corners of one polygon or line, and points of one set of key points. */
const mostVertices = 10_000;
const mostSegments = 1_000;
const mostLabels = 1_000;

const atMost = (bytes: number) =>
  WellFormedText.refine((text) => text.length <= bytes && utf8Bytes(text) <= bytes, `must be at most ${bytes} bytes`);
const Label = atMost(1024).refine((label) => label !== '', 'must not be empty');
/** Room for what the Python client makes of a class, a place and a reference id. */
const LabelId = atMost(4096);

const Length = z.number().min(0);
const Point = z.object({ x: z.number(), y: z.number() });
const Point3 = z.object({ x: z.number(), y: z.number(), z: z.number() });
const vertices = (least: number) => z.object({ vertices: z.array(Point).min(least).max(mostVertices) });
const KeyPoint = z.object({
  x: z.number().nullish(),
  y: z.number().nullish(),
  visible: z.boolean().default(true),
});

const common = {
  reference_id: ReferenceId,
  metadata: Metadata.nullish(),
  task_id: atMost(1024).nullish(),
  track_reference_id: atMost(1024).nullish(),
  confidence: z.number().nullish(),
  class_pdf: z.record(Label, z.number()).nullish(),
};
const object = { ...common, label: Label, annotation_id: LabelId.nullish() };
const Vector = z.array(z.number()).min(1).max(mostDimensions).nullish();

const Box = z.object({
  ...object,
  type: z.literal('box'),
  geometry: z.object({ x: z.number(), y: z.number(), width: Length, height: Length }),
  embedding_vector: Vector,
});
const Line = z.object({ ...object, type: z.literal('line'), geometry: vertices(1) });
const Polygon = z.object({
  ...object,
  type: z.literal('polygon'),
  geometry: vertices(3),
  embedding_vector: Vector,
});
const KeyPoints = z.object({
  ...object,
  type: z.literal('keypoints'),
  geometry: z
    .object({
      keypoints: z.array(KeyPoint).max(mostVertices),
      names: z.array(WellFormedText).max(mostVertices),
      skeleton: z
        .array(z.array(z.int().min(0)).length(2))
        .max(mostVertices)
        .nullish(),
    })
    .refine(({ keypoints, names }) => keypoints.length <= names.length, 'names: must name every key point')
    .refine(
      ({ names, skeleton }) => (skeleton ?? []).every((bone) => bone.every((end) => end < names.length)),
      'skeleton: must join key points that have a name',
    ),
});
const Cuboid = z.object({
  ...object,
  type: z.literal('cuboid'),
  geometry: z.object({
    position: Point3,
    dimensions: z.object({ x: Length, y: Length, z: Length }),
    yaw: z.number(),
  }),
});
const Category = z.object({
  ...common,
  type: z.literal('category'),
  label: Label,
  taxonomy_name: atMost(1024).nullish(),
});
const MultiCategory = z.object({
  ...common,
  type: z.literal('multicategory'),
  labels: z.array(Label).max(mostLabels),
  taxonomy_name: atMost(1024).nullish(),
});
/** One picture whose pixel values are the indexes of its segments. */
const Mask = z.object({
  ...common,
  type: z.literal('mask'),
  mask_url: atMost(4096).refine((url) => url !== '', 'must not be empty'),
  annotations: z
    .array(z.object({ label: Label, index: z.int().min(0).max(255), metadata: Metadata.nullish() }))
    .max(mostSegments),
  annotation_id: LabelId.nullish(),
});

const LabelInput = z.discriminatedUnion('type', [Box, Polygon, Category, Line, KeyPoints, Cuboid, MultiCategory, Mask]);
export type LabelInput = z.infer<typeof LabelInput>;

/** Reads one row. A segmentation is a mask, by whichever name; what else is wrong comes back as a sentence that says where. */
export function readLabel(raw: unknown): { label: LabelInput; problem?: never } | { label?: never; problem: string } {
  const parsed = LabelInput.safeParse(isSegmentation(raw) ? { ...raw, type: 'mask' } : raw);
  if (parsed.success) return { label: parsed.data };
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  if (where === 'type') return { problem: 'type: is none that labels have' };
  return { problem: `${where === '' ? '' : `${where}: `}${issue?.message ?? 'is not valid'}` };
}

function isSegmentation(raw: unknown): raw is object {
  if (typeof raw !== 'object' || raw === null) return false;
  return 'type' in raw ? raw.type === 'segmentation' : 'mask_url' in raw;
}
