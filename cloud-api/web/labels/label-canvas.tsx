import { counted } from '@nucleus/shared/ui/words/quantities.ts';
import { type ReactElement, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { drawLabels, type InkedLabel, type Place } from './draw-labels.ts';
import type { LabelView } from './label-views.ts';
import { paintMask, type Rgb } from './paint-mask.ts';
import type { ItemLabels } from './use-item-labels.ts';
import { type MaskLook, useMasks } from './use-masks.ts';
import { type Palette, usePalette } from './use-palette.ts';
import './labels.css';

interface LabelCanvasProps {
  datasetId: string;
  labels: Pick<ItemLabels, 'drawn' | 'layers' | 'colourOf' | 'choices'>;
  /** Width and height of the picture, which the labels are measured in. */
  picture: { width: number; height: number };
  /** Where the picture is within the canvas, CSS pixels; all of it where nothing is said. */
  place?: Place | undefined;
  activeId?: string | undefined;
  showsNames?: boolean;
  /** Told what is known of the masks. */
  onMasks?: ((masks: ReadonlyMap<string, MaskLook>) => void) | undefined;
}

/** Labels over a picture, on a canvas as large as what is around it. */
export function LabelCanvas(props: LabelCanvasProps): ReactElement {
  const { labels, picture, onMasks } = props;
  const { drawn, layers, colourOf, choices } = labels;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [box, setBox] = useState({ width: 0, height: 0 });
  const palette = usePalette(canvas);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const measure = (): void => setBox({ width: element.clientWidth, height: element.clientHeight });
    measure();
    const sized = new ResizeObserver(measure);
    sized.observe(element);
    return () => sized.disconnect();
  }, []);

  const masks = useMasks(props.datasetId, drawn);
  const maskState = [...masks]
    .map(([id, look]) => `${id}${look === undefined ? 0 : 'mask' in look ? 1 : look.words}`)
    .join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: maskState stands for the masks
  useLayoutEffect(() => onMasks?.(masks), [maskState]);
  const { hiddenClasses } = choices;
  // biome-ignore lint/correctness/useExhaustiveDependencies: maskState stands for the masks
  const inked = useMemo((): InkedLabel[] => {
    if (palette === undefined) return [];
    const dashes = new Map(layers.map(({ id, dash }) => [id, dash]));
    return drawn.map((label) => {
      const look = masks.get(label.id);
      return {
        label,
        colour: palette.series[colourOf(label.classes[0] ?? '') - 1] ?? palette.text,
        dash: dashes.get(label.layer) ?? [],
        pixels:
          look !== undefined && 'mask' in look
            ? paintMask(look.mask, segmentColours(label, palette, colourOf, hiddenClasses))
            : undefined,
      };
    });
  }, [
    drawn.map(({ id }) => id).join(),
    maskState,
    palette,
    colourOf,
    hiddenClasses,
    layers.map(({ id }) => id).join(),
  ]);

  const { place = { left: 0, top: 0, ...box }, activeId, showsNames = false } = props;
  useLayoutEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (element == null || context == null || palette === undefined || box.width === 0) return;
    const density = devicePixelRatio;
    const [width, height] = [Math.round(box.width * density), Math.round(box.height * density)];
    // giving a canvas its size clears it and costs as much as drawing
    if (element.width !== width) element.width = width;
    if (element.height !== height) element.height = height;
    context.setTransform(density, 0, 0, density, 0, 0);
    const { ground, text } = palette;
    drawLabels(context, inked, { picture, place, box, opacity: choices.opacity, showsNames, activeId, ground, text });
  });
  const placed = drawn.filter(({ shape }) => shape !== undefined).length;
  return (
    <canvas
      ref={canvas}
      className="label-canvas"
      role="img"
      aria-label={`${counted(placed, 'label')} drawn on the picture`}
    />
  );
}

function segmentColours(
  { shape }: LabelView,
  { rgb }: Palette,
  colourOf: (label: string) => number,
  hidden: ReadonlySet<string>,
): ReadonlyMap<number, Rgb> {
  const segments = shape?.kind === 'mask' ? shape.segments : [];
  const shown = segments.filter(({ label }) => !hidden.has(label));
  return new Map(shown.map(({ index, label }) => [index, rgb[colourOf(label) - 1] ?? [0, 0, 0]]));
}
