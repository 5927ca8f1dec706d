/** Labels of an item as the pages show them. Pure. */
import { isCategorical, type LabelKind, labelKinds } from '@nucleus/shared/labels/label-kinds';

export interface Point {
  x: number;
  y: number;
}
export interface Segment {
  /** Value of its pixels in the mask. */
  index: number;
  label: string;
}

/** What is drawn of a label, in pixels of the picture; nothing for one of the whole item, and for one that has no place in it. */
export type Shape =
  | { kind: 'box'; x: number; y: number; width: number; height: number }
  | { kind: 'line' | 'polygon'; points: readonly Point[] }
  | { kind: 'points'; points: readonly Point[]; bones: readonly (readonly [Point, Point])[] }
  /** A cuboid as its camera sees it. */
  | { kind: 'edges'; edges: readonly (readonly [Point, Point])[] }
  /** Its pixels are a picture that is kept apart. */
  | { kind: 'mask'; segments: readonly Segment[] };

export interface LabelView {
  id: string;
  name: string;
  /** Classes that it counts for: several for a mask and for several categories at once. */
  classes: readonly string[];
  kind: LabelKind;
  /** Whose it is: `truth`, or the id of a model's run. */
  layer: string;
  /** Of categories that name one. */
  taxonomy: string | undefined;
  /** Of predictions that have one. */
  confidence: number | undefined;
  track: string | undefined;
  metadata: Readonly<Record<string, unknown>>;
  shape: Shape | undefined;
}

type Stored = Readonly<Record<string, unknown>>;
export const truthLayer = 'truth';

/** @param grouped labels by kind, as the routes answer them */
export function readLabels(grouped: Readonly<Record<string, readonly unknown[]>>, layer: string): LabelView[] {
  const labels = labelKinds.flatMap((kind) => (grouped[kind] ?? []).map((label) => ({ kind, label: label as Stored })));
  return labels.map(({ kind, label }) => {
    const classes = classesOf(label);
    return {
      id: String(label.id),
      name: classes.join(', '),
      classes,
      kind,
      layer,
      taxonomy: typeof label.taxonomy_name === 'string' ? label.taxonomy_name : undefined,
      confidence: typeof label.confidence === 'number' ? label.confidence : undefined,
      track: typeof label.track_reference_id === 'string' ? label.track_reference_id : undefined,
      metadata: isRecord(label.metadata) ? label.metadata : {},
      shape: shapeOf(kind, label),
    };
  });
}

/** Whether a label is beyond the least confidence; one without a confidence always is. */
export function isSure(label: LabelView, least: number): boolean {
  return label.confidence === undefined || label.confidence >= least;
}

function classesOf(label: Stored): string[] {
  if (typeof label.label === 'string') return [label.label];
  if (Array.isArray(label.labels)) return label.labels.map(String);
  return [...new Set(segmentsOf(label).map((segment) => segment.label))];
}

function segmentsOf(label: Stored): Segment[] {
  const segments = Array.isArray(label.annotations) ? (label.annotations as Stored[]) : [];
  return segments.map(({ index, label: name }) => ({ index: Number(index), label: String(name) }));
}

function shapeOf(kind: LabelKind, label: Stored): Shape | undefined {
  const { geometry } = label;
  if (isCategorical(kind) || kind === 'cuboid') return undefined;
  if (kind === 'segmentation') return { kind: 'mask', segments: segmentsOf(label) };
  if (kind === 'box') return { kind, ...(geometry as { x: number; y: number; width: number; height: number }) };
  if (kind === 'line' || kind === 'polygon') return { kind, points: (geometry as { vertices: Point[] }).vertices };
  return pointsOf(geometry as KeyPoints);
}

interface KeyPoints {
  keypoints: { x: number | null; y: number | null }[];
  skeleton: [number, number][] | null;
}

function pointsOf({ keypoints, skeleton }: KeyPoints): Shape {
  const at = (place: number): Point | undefined => {
    const point = keypoints[place];
    return point === undefined || point.x === null || point.y === null ? undefined : { x: point.x, y: point.y };
  };
  const bones = (skeleton ?? []).flatMap(([from, to]): [Point, Point][] => {
    const [start, end] = [at(from), at(to)];
    return start === undefined || end === undefined ? [] : [[start, end]];
  });
  return { kind: 'points', points: keypoints.flatMap((_, place) => at(place) ?? []), bones };
}

function isRecord(value: unknown): value is Stored {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
