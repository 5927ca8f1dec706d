import { decode } from 'blurhash';
import { type ReactElement, useEffect, useRef } from 'react';
import { BlurCache, shapeOf } from './blur-cache.ts';

const sliceMs = 4; // half of a frame at 120 Hz

const blurs = new BlurCache(
  decode,
  (work) => {
    // A message task runs after the frame is handed out and, unlike an idle callback, also under a steady scroll.
    requestAnimationFrame(() => setTimeout(() => work(sliceMs), 0));
  },
  () => performance.now(),
);

/** A blurhash drawn small and stretched by the browser. A canvas, so that no data: address and no style element is needed. */
export function BlurCanvas({ hash, aspect }: { hash: string; aspect: number }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const draw = (): void => {
      const blur = blurs.peek(hash, aspect);
      const element = canvas.current;
      if (element === null || blur === null || blur === undefined) return;
      const image = new ImageData(blur.width, blur.height);
      image.data.set(blur.rgba);
      element.getContext('2d')?.putImageData(image, 0, 0);
    };
    return blurs.ask(hash, aspect, draw);
  }, [hash, aspect]);
  // of its size from the start: a canvas that is given another size later is made twice
  return <canvas ref={canvas} {...shapeOf(aspect)} />;
}
