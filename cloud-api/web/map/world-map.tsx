import { count } from '@nucleus/shared/ui/words/quantities.ts';
import { useZoomFrame } from '@nucleus/shared/ui/zoom/use-zoom-frame.ts';
import { type KeyboardEvent, type PointerEvent, type ReactElement, useState } from 'react';
import { landPath } from './land.ts';
import {
  boxBetween,
  clampStand,
  type MapBox,
  type MapSize,
  type MapStand,
  panMap,
  toPixel,
  wholeWorld,
  zoomMap,
} from './map-stand.ts';

interface WorldMapProps {
  buckets: readonly { south: number; west: number; count: number }[];
  grain: number;
  /** Undefined before the window has a size: the whole world then. */
  stand: MapStand | undefined;
  size: MapSize;
  /** Dragging draws a box instead of moving the map. */
  isBoxing: boolean;
  onSize: (size: MapSize) => void;
  onStand: (stand: MapStand) => void;
  onBox: (box: MapBox) => void;
}

interface Point {
  x: number;
  y: number;
}

const wheelStep = 1.0015;
const keyStep = 1.5;
const keyPanPx = 80;
const leastRadiusPx = 9;
const mostRadiusPx = 26;
const keyPans: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: keyPanPx, y: 0 },
  ArrowRight: { x: -keyPanPx, y: 0 },
  ArrowUp: { x: 0, y: keyPanPx },
  ArrowDown: { x: 0, y: -keyPanPx },
};

/** A flat map with items in circles: wheel, keys and dragging move it, a box selects. */
export function WorldMap(props: WorldMapProps): ReactElement {
  const { size, grain, buckets, isBoxing } = props;
  const stand = props.stand === undefined ? wholeWorld(size) : clampStand(props.stand, size);
  const [drag, setDrag] = useState<{ from: Point; to: Point }>();
  const frame = useZoomFrame({
    onSize: props.onSize,
    onWheel: (event, at) => props.onStand(zoomMap(stand, wheelStep ** -event.deltaY, at, size)),
  });

  const middle = { x: size.width / 2, y: size.height / 2 };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0 || (event.target instanceof Element && event.target.closest('button') !== null)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const at = pointOf(event, event.currentTarget);
    setDrag({ from: at, to: at });
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (drag === undefined) return;
    const at = pointOf(event, event.currentTarget);
    if (!isBoxing) props.onStand(panMap(stand, { x: at.x - drag.to.x, y: at.y - drag.to.y }, size));
    setDrag({ from: drag.from, to: at });
  };
  const onPointerUp = (event: PointerEvent<HTMLDivElement>): void => {
    // what was drawn last may be older than where the pointer is let go
    const to = pointOf(event, event.currentTarget);
    if (drag !== undefined && isBoxing && Math.hypot(to.x - drag.from.x, to.y - drag.from.y) > 6)
      props.onBox(boxBetween(drag.from, to, stand, size));
    setDrag(undefined);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const pan = keyPans[event.key];
    if (pan !== undefined) props.onStand(panMap(stand, pan, size));
    else if (event.key === '+' || event.key === '=') props.onStand(zoomMap(stand, keyStep, middle, size));
    else if (event.key === '-') props.onStand(zoomMap(stand, 1 / keyStep, middle, size));
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const most = Math.max(1, ...buckets.map((bucket) => bucket.count));
  const k = stand.pxPerDegree;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a map is no fieldset
    <div
      ref={frame}
      className={`world${isBoxing ? ' boxing' : ''}`}
      role="group"
      aria-label="Map: plus and minus zoom, arrows move"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => setDrag(undefined)}
    >
      <svg width={size.width} height={size.height} aria-hidden="true">
        <g transform={`translate(${middle.x - stand.lon * k} ${middle.y + stand.lat * k}) scale(${k})`}>
          <path className="graticule" d={graticule} />
          <path className="land" d={landPath} />
        </g>
        {drag !== undefined && isBoxing && (
          <rect
            className="world-box"
            x={Math.min(drag.from.x, drag.to.x)}
            y={Math.min(drag.from.y, drag.to.y)}
            width={Math.abs(drag.to.x - drag.from.x)}
            height={Math.abs(drag.to.y - drag.from.y)}
          />
        )}
      </svg>
      {buckets.map((bucket) => {
        const lon = bucket.west + grain / 2;
        const lat = bucket.south + grain / 2;
        const { x, y } = toPixel(lon, lat, stand, size);
        const radius = leastRadiusPx + (mostRadiusPx - leastRadiusPx) * Math.sqrt(bucket.count / most);
        return (
          <button
            key={`${bucket.west} ${bucket.south}`}
            type="button"
            className="cluster"
            style={{ left: x - radius, top: y - radius, width: radius * 2, height: radius * 2 }}
            aria-label={`${count(bucket.count)} ${bucket.count === 1 ? 'item' : 'items'} near ${degrees(lat, 'N', 'S')}, ${degrees(lon, 'E', 'W')}: zoom in`}
            onClick={() => props.onStand(zoomMap(stand, 3, { x, y }, size))}
          >
            {radius >= 12 ? short(bucket.count) : ''}
          </button>
        );
      })}
    </div>
  );
}

/** A line every 30 degrees. */
const graticule = [
  ...Array.from({ length: 13 }, (_, at) => `M${at * 30 - 180} -90V90`),
  ...Array.from({ length: 7 }, (_, at) => `M-180 ${at * 30 - 90}H180`),
].join('');

function pointOf(event: { clientX: number; clientY: number }, element: Element): Point {
  const { left, top } = element.getBoundingClientRect();
  return { x: event.clientX - left, y: event.clientY - top };
}

function short(value: number): string {
  if (value < 1000) return String(value);
  return value < 1_000_000 ? `${+(value / 1000).toPrecision(2)}k` : `${+(value / 1_000_000).toPrecision(2)}M`;
}

function degrees(value: number, positive: string, negative: string): string {
  return `${Math.abs(value).toFixed(value % 1 === 0 ? 0 : 2)}° ${value >= 0 ? positive : negative}`;
}
