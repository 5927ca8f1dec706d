/** Labels of an item as the page shows them. Pure. */
import { isCategorical, type LabelKind, labelKinds } from '@nucleus/shared/labels/label-kinds';

export interface Point {
  x: number;
  y: number;
}

/** What is drawn of a label, in pixels of the picture; nothing for one of the whole item, and for a mask, whose picture is kept apart. */
export type Shape =
  | { kind: 'box'; x: number; y: number; width: number; height: number }
  | { kind: 'line'; points: Point[] }
  | { kind: 'polygon'; points: Point[] }
  | { kind: 'points'; points: Point[]; bones: [Point, Point][] };

export interface LabelView {
  id: string;
  name: string;
  kind: string;
  /** Of categories that name one. */
  taxonomy: string | undefined;
  /** Of predictions that have one. */
  confidence: number | undefined;
  /** Number of its colour, 1 to 8; labels of one class have one colour. */
  colour: number;
  shape: Shape | undefined;
}

type Stored = Readonly<Record<string, unknown>>;
const colours = 8;

/** @param grouped labels by kind, as the routes answer them */
export function readLabels(grouped: Readonly<Record<string, readonly unknown[]>>): LabelView[] {
  const labels = labelKinds.flatMap((kind) => (grouped[kind] ?? []).map((label) => ({ kind, label: label as Stored })));
  return labels.map(({ kind, label }) => {
    const name = nameOf(label);
    return {
      id: String(label.id),
      name,
      kind,
      taxonomy: typeof label.taxonomy_name === 'string' ? label.taxonomy_name : undefined,
      confidence: typeof label.confidence === 'number' ? label.confidence : undefined,
      colour: 1 + (hashOf(name) % colours),
      shape: shapeOf(kind, label.geometry),
    };
  });
}

/** Whether a label is beyond the least confidence; one without a confidence always is. */
export function isSure(label: LabelView, least: number): boolean {
  return label.confidence === undefined || label.confidence >= least;
}

function nameOf(label: Stored): string {
  if (typeof label.label === 'string') return label.label;
  if (Array.isArray(label.labels)) return label.labels.join(', ');
  const segments = Array.isArray(label.annotations) ? (label.annotations as Stored[]) : [];
  return [...new Set(segments.map((segment) => String(segment.label)))].join(', ');
}

function shapeOf(kind: LabelKind, geometry: unknown): Shape | undefined {
  if (isCategorical(kind)) return undefined;
  if (kind === 'box') return { kind, ...(geometry as { x: number; y: number; width: number; height: number }) };
  if (kind === 'line' || kind === 'polygon') return { kind, points: (geometry as { vertices: Point[] }).vertices };
  return kind === 'keypoints' ? pointsOf(geometry as KeyPoints) : undefined;
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

/** FNV-1a of the UTF-16 units: a class has the same colour on every item. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
