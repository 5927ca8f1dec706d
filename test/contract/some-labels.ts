/** Labels of every kind, as clients send them. */
import fc from 'fast-check';
import sharp from 'sharp';

const number = fc.oneof(
  fc.integer({ min: 0, max: 600 }),
  fc.double({ min: 0, max: 600, noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
);
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .filter((value) => value.isWellFormed() && !value.includes('\0'));
const point = fc.record({ x: number, y: number });
const metadata = fc.dictionary(
  text.filter((key) => key !== '__proto__'),
  fc.oneof(text, number, fc.boolean()),
  { maxKeys: 3 },
);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.option(fc.option(value), { nil: undefined });
const common = { metadata: maybe(metadata), task_id: maybe(text), track_reference_id: maybe(text) };
const object = { ...common, label: text, annotation_id: text };

/** Vectors of the objects of one dataset have one length. */
const vector = maybe(fc.array(number, { minLength: 3, maxLength: 3 }));

/** Three corners of a triangle, which cannot cross itself. */
const polygon = fc.tuple(point, point, point).map((vertices) => ({ vertices }));
const keypoints = fc
  .array(fc.record({ x: fc.option(number), y: fc.option(number), visible: fc.boolean() }), { maxLength: 5 })
  .map((points) => ({
    keypoints: points,
    names: points.map((_, at) => `point ${at}`),
    skeleton: points.length < 2 ? null : [[0, points.length - 1]],
  }));
const point3 = fc.record({ x: number, y: number, z: number });

/** One label of any kind of item that is 600 x 600. Absent keys stay absent. */
export const anyLabel = fc
  .oneof(
    fc.record({
      ...object,
      type: fc.constant('box'),
      geometry: fc
        .record({ x: number, y: number })
        .map(({ x, y }) => ({ x, y, width: 600 - x, height: (600 - y) / 2 })),
      embedding_vector: vector,
    }),
    fc.record({
      ...object,
      type: fc.constant('line'),
      geometry: fc.array(point, { minLength: 1, maxLength: 6 }).map((vertices) => ({ vertices })),
    }),
    fc.record({ ...object, type: fc.constant('polygon'), geometry: polygon }),
    fc.record({ ...object, type: fc.constant('keypoints'), geometry: keypoints }),
    fc.record({
      ...object,
      type: fc.constant('cuboid'),
      geometry: fc.record({ position: point3, dimensions: point3, yaw: number }),
    }),
    fc.record({ ...common, type: fc.constant('category'), label: text }),
    fc.record({ ...common, type: fc.constant('multicategory'), labels: fc.uniqueArray(text, { maxLength: 4 }) }),
    fc.record({
      ...common,
      type: fc.constant('mask'),
      annotation_id: text,
      mask_url: text.map((name) => `/home/me/${name}.png`),
      annotations: fc.array(
        fc.record({ label: text, index: fc.integer({ min: 0, max: 255 }), metadata: maybe(metadata) }),
        { maxLength: 3 },
      ),
    }),
  )
  .map(
    (label) =>
      Object.fromEntries(Object.entries(label).filter(([, value]) => value !== undefined)) as Record<string, any>,
  );

/** What comes back of a label, written from the contract: every common key, an object for metadata, segments as they were. */
export function comesBack(sent: Record<string, any>, referenceId: string): Record<string, unknown> {
  const { type, annotations, embedding_vector: vector, ...rest } = sent;
  const isCategory = type === 'category' || type === 'multicategory';
  return {
    ...rest,
    type: type === 'mask' ? 'segmentation' : type,
    reference_id: referenceId,
    metadata: sent.metadata ?? {},
    task_id: sent.task_id ?? null,
    track_reference_id: sent.track_reference_id ?? null,
    ...(isCategory ? { geometry: {} } : {}),
    ...(type === 'box' || type === 'polygon' ? { embedding_vector: vector ?? null } : {}),
    ...(type === 'mask'
      ? {
          annotations: annotations.map(({ metadata: about, ...segment }: any) =>
            about == null ? segment : { ...segment, metadata: about },
          ),
        }
      : {}),
  };
}

/** What tells a label from others of its item. */
export function identity(label: Record<string, any>): string {
  if (label.type === 'mask') return 'mask';
  if (label.type === 'category' || label.type === 'multicategory') return label.type;
  return JSON.stringify([label.annotation_id, label.task_id ?? null]);
}

/** A mask: one byte a pixel, all of them 1. */
export function grey(width: number, height: number): Promise<Buffer> {
  const raw = { width, height, channels: 1 as const };
  return sharp(Buffer.alloc(width * height, 1), { raw })
    .toColourspace('b-w')
    .png()
    .toBuffer();
}
