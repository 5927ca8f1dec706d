import { bytes, count, counted, shortHash } from '@nucleus/shared/ui/words/quantities.ts';
import { visibleText } from '@nucleus/shared/ui/words/visible-text.ts';
import type { ReactElement } from 'react';
import type { ColourOf } from '../labels/class-colours.ts';
import { footprint, readCamera } from '../labels/project-cuboid.ts';
import type { SpaceLabel } from '../labels/project-labels.ts';
import type { Sensor } from './frames.ts';
import { bearing, planOf, ticks } from './ground-plan.ts';

interface CloudCardProps {
  clouds: readonly Sensor[];
  cameras: readonly Sensor[];
  cuboids: readonly SpaceLabel[];
  colourOf: ColourOf;
}

/** What is known of the point clouds of a frame: numbers, and what stands where as seen from above. */
export function CloudCard({ clouds, cameras, cuboids, colourOf }: CloudCardProps): ReactElement {
  const summary = clouds.map(({ item }) => item.pointcloud).find((found) => found !== undefined);
  return (
    <section className="card" aria-label="Point cloud">
      <header>
        <h2>Point cloud</h2>
        <span className="sm t2 end">{clouds.map(({ name }) => visibleText(name)).join(', ')}</span>
      </header>
      <div className="in col">
        {summary === undefined ? (
          <p className="sm t2">
            Its points are not kept here: in privacy mode nothing of a point cloud is read. Its address and its labels
            are.
          </p>
        ) : (
          <dl className="kv">
            <dt>Points</dt>
            <dd>
              {count(summary.points)}
              {summary.has_intensity && <span className="t3"> with intensity</span>}
            </dd>
            {summary.min !== null && summary.max !== null && (
              <>
                <dt>Extent</dt>
                <dd>
                  {(['x', 'y', 'z'] as const)
                    .map((axis) => `${axis} ${short(summary.min?.[axis])} to ${short(summary.max?.[axis])}`)
                    .join(', ')}
                </dd>
              </>
            )}
            <dt>File</dt>
            <dd>{bytes(summary.bytes)}</dd>
            <dt>SHA-256</dt>
            <dd className="mono">{shortHash(summary.sha256)}</dd>
          </dl>
        )}
        <Plan summary={summary} cuboids={cuboids} cameras={cameras} colourOf={colourOf} />
      </div>
    </section>
  );
}

function Plan(props: {
  summary: Parameters<typeof planOf>[0];
  cuboids: readonly SpaceLabel[];
  cameras: readonly Sensor[];
  colourOf: ColourOf;
}): ReactElement {
  const { summary, cuboids, colourOf } = props;
  const cameras = props.cameras.flatMap(({ item }) => readCamera(item.metadata) ?? []);
  const plan = planOf(summary, cuboids, cameras);
  if (plan === undefined) return <p className="sm t2">No cuboid on this frame.</p>;
  const { left, bottom, width, height, step, extent } = plan;
  const top = bottom + height;
  // up on the page is up in the world
  const y = (value: number): number => top + bottom - value;
  const sign = Math.max(width, height) * 0.022;
  return (
    <figure className="ground">
      <svg
        viewBox={`${left} ${bottom} ${width} ${height}`}
        role="img"
        aria-label={`${counted(cuboids.length, 'cuboid')} from above, lines every ${short(step)}`}
      >
        {ticks(left, width, step).map((at) => (
          <line key={`x${at}`} className="ground-line" x1={at} x2={at} y1={bottom} y2={top} />
        ))}
        {ticks(bottom, height, step).map((at) => (
          <line key={`y${at}`} className="ground-line" x1={left} x2={left + width} y1={y(at)} y2={y(at)} />
        ))}
        {extent !== undefined && (
          <rect
            className="ground-extent"
            x={extent.x}
            y={y(extent.y + extent.height)}
            width={extent.width}
            height={extent.height}
          />
        )}
        {cameras.map((camera) => {
          const { x, y: at } = camera.position;
          const turn = (-bearing(camera) * 180) / Math.PI;
          return (
            <path
              key={`${x} ${at} ${turn}`}
              className="ground-camera"
              d={`M0,0 L${sign * 2},${-sign} L${sign * 2},${sign} Z`}
              transform={`translate(${x},${y(at)}) rotate(${turn})`}
            />
          );
        })}
        {cuboids.map(({ id, cuboid, classes, name }) => {
          const corners = footprint(cuboid);
          const [a, b] = corners;
          return (
            <g key={id} style={{ color: `var(--d${colourOf(classes[0] ?? '')})` }}>
              <title>{visibleText(name)}</title>
              <polygon className="ground-cuboid" points={corners.map((at) => `${at.x},${y(at.y)}`).join(' ')} />
              <line className="ground-front" x1={a.x} y1={y(a.y)} x2={b.x} y2={y(b.y)} />
            </g>
          );
        })}
      </svg>
      <figcaption className="xs t3">
        From above, x to the right and y up; a line every {short(step)}. Thick edges are fronts, triangles are cameras
        {extent === undefined ? '' : ', the dashed box is what the points cover'}.
      </figcaption>
    </figure>
  );
}

function short(value: number | undefined): string {
  return value === undefined ? '' : String(Number(value.toPrecision(4)));
}
