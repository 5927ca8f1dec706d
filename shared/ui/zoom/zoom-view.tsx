import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useZoomFrame } from './use-zoom-frame.ts';
import { afterKey, clamped, panned, placed, type Size, toggled, type ZoomState, zoomedAt } from './zoom-state.ts';

/** Where a pointer is over the picture. */
export interface ZoomPoint {
  /** Fractions of the picture's width and height; outside of 0 to 1 beside it. */
  share: { x: number; y: number };
  /** CSS pixels from the box's top left. */
  at: { x: number; y: number };
  /** Pixels of the picture that one CSS pixel covers. */
  perPx: number;
}
/** Where the picture is in its box, in CSS pixels. */
export interface ZoomFrame {
  place: Size & { left: number; top: number };
  box: Size;
}

interface ZoomViewProps {
  label: string;
  /** Width and height of the picture in its own pixels. */
  picture: Size;
  state: ZoomState;
  onState: (state: ZoomState) => void;
  /** Draws the picture into its place. @param shownPx longer edge on screen, in device pixels */
  children: (shownPx: number) => ReactNode;
  /** Told of the size of the box, in CSS pixels. */
  onBox?: ((box: Size) => void) | undefined;
  /** Draws pixels with edges. */
  isCrisp?: boolean | undefined;
  /** Draws over the whole box. */
  over?: ((frame: ZoomFrame) => ReactNode) | undefined;
  /** Told where the pointer is while it drags nothing; undefined when it is gone. */
  onPoint?: ((point: ZoomPoint | undefined) => void) | undefined;
}

const wheelStep = 1.0015;

/** A box in which a picture is zoomed by wheel, pinch, double click and keys, and moved by dragging. */
export function ZoomView(props: ZoomViewProps): ReactElement {
  const { label, picture, state, onState, children, over, onPoint } = props;
  const [box, setBox] = useState<Size>({ width: 0, height: 0 });
  // The wheel and the pointer may come several times before the page is drawn again: each goes on from the one before.
  const latest = useRef(state);
  useLayoutEffect(() => {
    latest.current = state;
  });
  const go = (next: ZoomState): void => {
    latest.current = next;
    onState(next);
  };
  const frame = useZoomFrame({
    onSize: (size) => {
      setBox(size);
      props.onBox?.(size);
    },
    onWheel: (event, at) => go(zoomedAt(latest.current, wheelStep ** -event.deltaY, at, picture, box)),
  });

  const place = placed(clamped(state, picture, box), picture, box);
  const tellPoint = (event: PointerEvent<HTMLDivElement>): void => {
    const rect = event.currentTarget.getBoundingClientRect();
    const at = { x: event.clientX - rect.left, y: event.clientY - rect.top };
    const share = { x: (at.x - place.left) / place.width, y: (at.y - place.top) / place.height };
    onPoint?.({ share, at, perPx: picture.width / Math.max(1, place.width) });
  };

  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    tellPoint(event);
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    const from = pointers.current.get(event.pointerId);
    if (from === undefined) {
      tellPoint(event);
      return;
    }
    const to = { x: event.clientX, y: event.clientY };
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, to);
    if (other === undefined) {
      go(panned(latest.current, { x: to.x - from.x, y: to.y - from.y }, picture, box));
      return;
    }
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const spread = (point: { x: number; y: number }): number => Math.hypot(point.x - other.x, point.y - other.y);
    const middle = { x: (to.x + other.x) / 2 - left, y: (to.y + other.y) / 2 - top };
    go(zoomedAt(latest.current, spread(to) / Math.max(1, spread(from)), middle, picture, box));
  };
  const onPointerEnd = (event: PointerEvent): void => void pointers.current.delete(event.pointerId);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = afterKey(event.key, state, picture, box, devicePixelRatio);
    if (next === undefined) return;
    onState(next);
    event.preventDefault();
    event.stopPropagation();
  };
  const { left, top, width, height } = place;
  return (
    <div
      ref={frame}
      className={`zoom-view${state.scale > 1 ? ' zoomed' : ''}`}
      role="img"
      aria-label={label}
      aria-description="Plus and minus zoom, 0 shows the whole, 1 pixel for pixel, Z switches between them, arrows move"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it takes keys
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerEnd}
      onPointerCancel={onPointerEnd}
      onPointerLeave={() => onPoint?.(undefined)}
      onDoubleClick={(event) => {
        const rect = event.currentTarget.getBoundingClientRect();
        const at = { x: event.clientX - rect.left, y: event.clientY - rect.top };
        onState(toggled(state, at, picture, box, devicePixelRatio));
      }}
    >
      {box.width > 0 && (
        <div
          className={`zoom-picture thumb${props.isCrisp === true ? ' crisp' : ''}`}
          style={{ left, top, width, height }}
        >
          {children(Math.max(width, height) * devicePixelRatio)}
        </div>
      )}
      {box.width > 0 && over?.({ place, box })}
    </div>
  );
}
