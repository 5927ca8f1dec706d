import { type RefObject, useLayoutEffect, useRef } from 'react';

interface ZoomFrame {
  /** Told at once, and whenever the box changes. In CSS pixels. */
  onSize: (size: { width: number; height: number }) => void;
  /** Told of every turn of the wheel, with its place in the box. */
  onWheel: (event: WheelEvent, at: { x: number; y: number }) => void;
}

/** The box around something that zooms: its size and its wheel. Put the answer on the element as its `ref`. */
export function useZoomFrame({ onSize, onWheel }: ZoomFrame): RefObject<HTMLDivElement | null> {
  const frame = useRef<HTMLDivElement>(null);
  const now = useRef({ onSize, onWheel });
  useLayoutEffect(() => {
    now.current = { onSize, onWheel };
  });
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = (): void => now.current.onSize({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const sized = new ResizeObserver(measure);
    sized.observe(element);
    return () => sized.disconnect();
  }, []);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    // React listens passively to wheels, and the page would scroll or zoom as well
    const turn = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      now.current.onWheel(event, { x: event.clientX - left, y: event.clientY - top });
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, []);
  return frame;
}
