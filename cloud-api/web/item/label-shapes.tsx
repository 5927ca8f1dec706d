import { count } from '@nucleus/shared/ui/words/quantities.ts';
import type { ReactElement } from 'react';
import type { LabelView, Point, Shape } from './label-views.ts';

interface LabelShapesProps {
  /** Size of the picture, which the labels are measured in. */
  width: number;
  height: number;
  labels: readonly LabelView[];
}

/** Labels drawn over a picture of the same shape: each line twice, so that it is seen on light and on dark. */
export function LabelShapes({ width, height, labels }: LabelShapesProps): ReactElement {
  const drawn = labels.flatMap(({ id, colour, confidence, shape }) =>
    shape === undefined ? [] : [{ id, colour, isPrediction: confidence !== undefined, shape }],
  );
  return (
    <svg
      className="label-shapes"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${count(drawn.length)} ${drawn.length === 1 ? 'label' : 'labels'} drawn on the picture`}
    >
      {drawn.map(({ id, colour, isPrediction, shape }) => (
        <g key={id} className={isPrediction ? 'label-guess' : undefined} style={{ color: `var(--d${colour})` }}>
          {outline(shape, 'label-halo')}
          {outline(shape, 'label-line')}
        </g>
      ))}
    </svg>
  );
}

function outline(shape: Shape, className: 'label-halo' | 'label-line'): ReactElement {
  if (shape.kind === 'box') {
    const { x, y, width, height } = shape;
    return <rect className={className} x={x} y={y} width={width} height={height} />;
  }
  if (shape.kind === 'polygon') return <polygon className={className} points={spell(shape.points)} />;
  if (shape.kind === 'line') return <polyline className={className} points={spell(shape.points)} />;
  return (
    <>
      {shape.bones.map(([from, to]) => (
        <polyline key={spell([from, to])} className={className} points={spell([from, to])} />
      ))}
      {/* a line of no length with round ends is a dot of the line's own width, however the picture is stretched */}
      {shape.points.map((point) => (
        <polyline key={spell([point])} className={`${className} label-point`} points={spell([point, point])} />
      ))}
    </>
  );
}

function spell(points: readonly Point[]): string {
  return points.map(({ x, y }) => `${x},${y}`).join(' ');
}
