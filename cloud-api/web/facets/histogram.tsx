import { type KeyboardEvent, type PointerEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { type Bins, type Brush, highEdge, lowEdge, moveEnd } from './brush.ts';

interface HistogramProps {
  name: string;
  bins: Bins;
  counts: readonly number[];
  brush: Brush;
  /** How a value is told; with it, the bars stand without numbers below them. */
  format?: (value: number) => string;
  onBrush: (brush: Brush) => void;
}

type End = 'first' | 'last';
const widthUnits = 100;
const heightUnits = 40;
const keyPauseMs = 250; // a held arrow key asks once, when it rests
const bigStep = 5;

/** Bars with a brush: drag over them, or move its two ends with the arrow keys. */
export function Histogram({ name, bins, counts, brush, format, onBrush }: HistogramProps): ReactElement {
  const [moving, setMoving] = useState<Brush>();
  const box = useRef<HTMLDivElement>(null);
  /** The end that stays where it is while the other is dragged. */
  const from = useRef<number>(undefined);
  const hasMoved = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const shown = moving ?? brush;
  const most = Math.max(1, ...counts);
  const barWidth = widthUnits / bins.count;

  const binAt = (event: PointerEvent): number => {
    const rect = box.current?.getBoundingClientRect();
    if (rect === undefined || rect.width === 0) return 0;
    const bin = Math.floor(((event.clientX - rect.left) / rect.width) * bins.count);
    return Math.min(bins.count - 1, Math.max(0, bin));
  };
  const ask = (next: Brush): void => {
    setMoving(undefined);
    if (next.first !== brush.first || next.last !== brush.last) onBrush(next);
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const bin = binAt(event);
    const handle = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-end]') : null;
    from.current = handle === null ? bin : handle.dataset.end === 'first' ? shown.last : shown.first;
    event.currentTarget.setPointerCapture(event.pointerId);
    hasMoved.current = handle === null;
    if (handle === null) setMoving({ first: bin, last: bin });
  };
  const dragged = (event: PointerEvent, start: number): Brush => {
    const bin = binAt(event);
    return { first: Math.min(bin, start), last: Math.max(bin, start) };
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (from.current === undefined) return;
    hasMoved.current = true;
    setMoving(dragged(event, from.current));
  };
  // what was drawn last may be older than where the pointer is let go
  const onPointerUp = (event: PointerEvent): void => {
    if (from.current === undefined) return;
    const brush = dragged(event, from.current);
    from.current = undefined;
    if (hasMoved.current) ask(brush);
  };
  const onPointerCancel = (): void => {
    from.current = undefined;
    setMoving(undefined);
  };
  const onKeyDown = (event: KeyboardEvent, end: End): void => {
    const step = stepOf(event, bins);
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = moveEnd(bins, shown, end, step.isPlace ? step.by : shown[end] + step.by);
    setMoving(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => ask(next), keyPauseMs);
  };

  const handle = (end: End): ReactElement => {
    const value = end === 'first' ? lowEdge(bins, shown.first) : highEdge(bins, shown.last);
    const place = end === 'first' ? shown.first : shown.last + 1;
    return (
      <div
        className="hist-end"
        data-end={end}
        role="slider"
        tabIndex={0}
        aria-label={`${name}, ${end === 'first' ? 'at least' : 'at most'}`}
        aria-valuemin={bins.min}
        aria-valuemax={bins.max}
        aria-valuenow={value}
        aria-valuetext={format?.(value)}
        style={{ left: `${(place / bins.count) * 100}%` }}
        onKeyDown={(event) => onKeyDown(event, end)}
      />
    );
  };
  const isWhole = shown.first === 0 && shown.last === bins.count - 1;
  return (
    <div className="hist-facet">
      <div
        ref={box}
        className="hist-box"
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={onPointerCancel}
      >
        <svg
          className="hist"
          viewBox={`0 0 ${widthUnits} ${heightUnits}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          {!isWhole && (
            <rect
              className="br"
              x={shown.first * barWidth}
              width={(shown.last - shown.first + 1) * barWidth}
              height={heightUnits}
            />
          )}
          {counts.map((items, bin) => {
            const height = items === 0 ? 0 : Math.max(1.5, (items / most) * heightUnits);
            const isOn = !isWhole && bin >= shown.first && bin <= shown.last;
            return (
              <rect
                key={`bin ${bin}`}
                className={isOn ? 'b on' : 'b'}
                x={bin * barWidth + barWidth * 0.08}
                width={barWidth * 0.84}
                y={heightUnits - height}
                height={height}
              />
            );
          })}
        </svg>
        {handle('first')}
        {handle('last')}
      </div>
      {format === undefined && (
        <div className="axis">
          <span>{shortNumber(bins.min)}</span>
          {!isWhole && (
            <b className="mono">
              {shortNumber(lowEdge(bins, shown.first))} – {shortNumber(highEdge(bins, shown.last))}
            </b>
          )}
          <span>{shortNumber(bins.max)}</span>
        </div>
      )}
    </div>
  );
}

const plain = new Intl.NumberFormat('en', { maximumSignificantDigits: 5 });
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 });

function shortNumber(value: number): string {
  return Math.abs(value) >= 1e6 ? short.format(value) : plain.format(value);
}

function stepOf(event: KeyboardEvent, bins: Bins): { by: number; isPlace: boolean } | undefined {
  const by = event.shiftKey ? bigStep : 1;
  switch (event.key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return { by, isPlace: false };
    case 'ArrowLeft':
    case 'ArrowDown':
      return { by: -by, isPlace: false };
    case 'PageUp':
      return { by: bigStep, isPlace: false };
    case 'PageDown':
      return { by: -bigStep, isPlace: false };
    case 'Home':
      return { by: 0, isPlace: true };
    case 'End':
      return { by: bins.count - 1, isPlace: true };
    default:
      return undefined;
  }
}
