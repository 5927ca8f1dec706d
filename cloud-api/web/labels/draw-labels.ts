/** Draws labels over a picture, in the screen's own pixels: lines are as thin at every zoom, and nothing is scaled afterwards. */
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import { boundsOf } from './hit-labels.ts';
import type { LabelView, Point, Shape } from './label-views.ts';

export interface Place {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A label with how it is drawn. */
export interface InkedLabel {
  label: LabelView;
  /** A CSS colour. */
  colour: string;
  /** Lengths of line and gap; none for a whole line. */
  dash: readonly number[];
  /** The coloured pixels of a mask. */
  pixels?: CanvasImageSource | undefined;
}

export interface Paper {
  /** Width and height of the picture in its own pixels. */
  picture: { width: number; height: number };
  /** Where the picture is on the canvas, in CSS pixels. */
  place: Place;
  box: { width: number; height: number };
  /** 0 to 1, of masks; areas inside an outline are filled more thinly. */
  opacity: number;
  showsNames: boolean;
  activeId: string | undefined;
  /** Colours of what stands behind lines and names, and of the names. */
  ground: string;
  text: string;
}

const lineWidth = 2;
const crowdWidth = 1.25;
const activeWidth = 3.5;
const haloWidth = 1.5; // on either side
const dotRadius = 3.5;
const fillShare = 0.35;
/** Of more labels in sight than this, none is named but the one that is looked at. */
const mostNames = 60;
const crowd = 250;
const nearestPx = 0.7; // vertices that are nearer on screen are one
const nameFont = '500 11px system-ui, sans-serif';
const nameHeight = 16;

type ToBox = (point: Point) => Point;

export function drawLabels(context: CanvasRenderingContext2D, labels: readonly InkedLabel[], paper: Paper): void {
  const { picture, place, box } = paper;
  const [sx, sy] = [place.width / picture.width, place.height / picture.height];
  const toBox: ToBox = ({ x, y }) => ({ x: place.left + x * sx, y: place.top + y * sy });
  context.clearRect(0, 0, box.width, box.height);
  context.imageSmoothingEnabled = false;
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.globalAlpha = paper.opacity;
  for (const { pixels } of labels) {
    if (pixels !== undefined) context.drawImage(pixels, place.left, place.top, place.width, place.height);
  }
  const seen = labels.filter(({ label }) => isSeen(label.shape, toBox, box));
  // one path for each kind of ink: a thousand labels are a few strokes
  const inks = new Map<string, InkedLabel[]>();
  for (const each of seen) {
    const ink = `${each.colour} ${each.dash}`;
    const group = inks.get(ink);
    if (group === undefined) inks.set(ink, [each]);
    else group.push(each);
  }
  const width = seen.length > crowd ? crowdWidth : lineWidth;
  for (const group of inks.values()) strokeGroup(context, group, toBox, paper, width);
  const active = seen.find(({ label }) => label.id === paper.activeId);
  if (active !== undefined) strokeGroup(context, [active], toBox, paper, activeWidth);
  context.setLineDash([]);
  context.globalAlpha = 1;
  const isNamed = paper.showsNames && seen.length <= mostNames;
  const named = isNamed ? seen.filter((each) => each !== active) : [];
  drawNames(context, active === undefined ? named : [active, ...named], toBox, paper);
}

function strokeGroup(
  context: CanvasRenderingContext2D,
  group: readonly InkedLabel[],
  toBox: ToBox,
  { opacity, ground }: Paper,
  width: number,
): void {
  const [first] = group;
  if (first === undefined) return;
  const [areas, lines, dots] = [new Path2D(), new Path2D(), new Path2D()];
  for (const { label } of group) if (label.shape !== undefined) trace(label.shape, toBox, { areas, lines, dots });
  context.fillStyle = first.colour;
  context.globalAlpha = opacity * fillShare;
  context.fill(areas);
  context.setLineDash([]);
  context.strokeStyle = ground;
  context.globalAlpha = 0.7;
  context.lineWidth = width + 2 * haloWidth;
  context.stroke(lines);
  context.lineWidth = 2 * haloWidth;
  context.stroke(dots);
  context.globalAlpha = 1;
  context.strokeStyle = first.colour;
  context.lineWidth = width;
  context.setLineDash([...first.dash]);
  context.stroke(lines);
  context.fill(dots);
}

interface Paths {
  areas: Path2D;
  lines: Path2D;
  dots: Path2D;
}

function trace(shape: Shape, toBox: ToBox, { areas, lines, dots }: Paths): void {
  if (shape.kind === 'box') {
    const { x, y } = toBox(shape);
    const end = toBox({ x: shape.x + shape.width, y: shape.y + shape.height });
    areas.rect(x, y, end.x - x, end.y - y);
    lines.rect(x, y, end.x - x, end.y - y);
  } else if (shape.kind === 'polygon' || shape.kind === 'line') {
    const isClosed = shape.kind === 'polygon';
    if (isClosed) connect(areas, shape.points, toBox, true);
    connect(lines, shape.points, toBox, isClosed);
    if (shape.points.length === 1 && shape.points[0] !== undefined) dot(dots, toBox(shape.points[0]));
  } else if (shape.kind === 'points') {
    for (const bone of shape.bones) connect(lines, bone, toBox, false);
    for (const point of shape.points) dot(dots, toBox(point));
  } else if (shape.kind === 'edges') {
    for (const edge of shape.edges) connect(lines, edge, toBox, false);
  }
}

function connect(path: Path2D, points: readonly Point[], toBox: ToBox, isClosed: boolean): void {
  let last: Point | undefined;
  for (const [place, point] of points.entries()) {
    const at = toBox(point);
    if (last === undefined) path.moveTo(at.x, at.y);
    else if (place < points.length - 1 && Math.abs(at.x - last.x) + Math.abs(at.y - last.y) < nearestPx) continue;
    else path.lineTo(at.x, at.y);
    last = at;
  }
  if (isClosed) path.closePath();
}

function dot(path: Path2D, { x, y }: Point): void {
  path.moveTo(x + dotRadius, y);
  path.arc(x, y, dotRadius, 0, 2 * Math.PI);
}

/** Whether any of it may be in the box. */
function isSeen(shape: Shape | undefined, toBox: ToBox, box: Paper['box']): boolean {
  const bounds = shape === undefined ? undefined : boundsOf(shape);
  if (bounds === undefined) return false;
  const from = toBox({ x: bounds.left, y: bounds.top });
  const to = toBox({ x: bounds.right, y: bounds.bottom });
  return (
    to.x >= -dotRadius && to.y >= -dotRadius && from.x <= box.width + dotRadius && from.y <= box.height + dotRadius
  );
}

/** Names above their labels, each where no earlier one stands. */
function drawNames(
  context: CanvasRenderingContext2D,
  labels: readonly InkedLabel[],
  toBox: ToBox,
  { box, ground, text }: Paper,
): void {
  context.font = nameFont;
  context.textBaseline = 'middle';
  const taken: { x: number; y: number; width: number }[] = [];
  for (const { label, colour } of labels) {
    const bounds = label.shape === undefined ? undefined : boundsOf(label.shape);
    if (bounds === undefined) continue;
    const name = nameOf(label);
    const width = context.measureText(name).width + 16;
    const corner = toBox(anchorOf(label.shape) ?? { x: bounds.left, y: bounds.top });
    const x = Math.max(0, Math.min(box.width - width, corner.x - 1));
    const y = Math.max(0, corner.y - nameHeight - 3);
    if (taken.some((other) => x < other.x + other.width && other.x < x + width && Math.abs(y - other.y) < nameHeight))
      continue;
    taken.push({ x, y, width });
    context.globalAlpha = 0.88;
    context.fillStyle = ground;
    context.fillRect(x, y, width, nameHeight);
    context.globalAlpha = 1;
    context.fillStyle = colour;
    context.fillRect(x, y, 3, nameHeight);
    context.fillStyle = text;
    context.fillText(name, x + 8, y + nameHeight / 2 + 0.5);
  }
}

/** Where the name of a shape stands that may be far from the corner of its bounds. */
function anchorOf(shape: Shape | undefined): Point | undefined {
  if (shape?.kind === 'line' || shape?.kind === 'points') return shape.points[0];
  if (shape?.kind === 'polygon') return shape.points.toSorted((a, b) => a.y - b.y)[0];
  return undefined;
}

function nameOf({ name, confidence }: LabelView): string {
  const shown = visibleText(name);
  const short = shown.length > 28 ? `${shown.slice(0, 27)}…` : shown;
  return confidence === undefined ? short : `${short} ${confidence.toFixed(2)}`;
}
