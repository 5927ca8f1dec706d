import type { ZoomPoint } from '@nucleus/shared/ui/zoom/zoom-view.tsx';
import { useState } from 'react';
import { labelAt } from './hit-labels.ts';
import type { LabelView } from './label-views.ts';
import type { MaskLook } from './use-masks.ts';

interface LabelPointer {
  /** The label under the pointer, or that the keys stand on. */
  active: LabelView | undefined;
  /** Where the pointer is, in CSS pixels of the box; undefined when keys chose the label. */
  at: { x: number; y: number } | undefined;
  onPoint: (point: ZoomPoint | undefined) => void;
  /** The next label, or the one before, around in a circle. */
  step: (by: 1 | -1) => void;
  /** @returns whether there was one */
  leave: () => boolean;
}

const reachPx = 5;

/** Which of the drawn labels is looked at, by pointer or by keys. */
export function useLabelPointer(
  drawn: readonly LabelView[],
  picture: { width: number; height: number },
  masks: ReadonlyMap<string, MaskLook>,
): LabelPointer {
  const [state, setState] = useState<{ id: string; at?: { x: number; y: number }; segment?: string }>();
  const placed = drawn.filter(({ shape }) => shape !== undefined);
  const found = placed.find(({ id }) => id === state?.id);
  const segment = state?.segment;
  return {
    active: found === undefined || segment === undefined ? found : { ...found, name: segment },
    at: state?.at,
    onPoint: (point) => {
      if (point === undefined) {
        setState(undefined);
        return;
      }
      const classAt = (label: LabelView): string | undefined => segmentAt(label, masks.get(label.id), point.share);
      const at = { x: point.share.x * picture.width, y: point.share.y * picture.height };
      const label = labelAt(placed, at, reachPx * point.perPx, classAt);
      if (label === undefined) setState(undefined);
      else {
        const name = classAt(label);
        setState({ id: label.id, at: point.at, ...(name === undefined ? {} : { segment: name }) });
      }
    },
    step: (by) => {
      if (placed.length === 0) return;
      const current = placed.findIndex(({ id }) => id === state?.id);
      const next = current === -1 ? (by === 1 ? 0 : placed.length - 1) : current + by;
      const label = placed[(next + placed.length) % placed.length];
      if (label !== undefined) setState({ id: label.id });
    },
    leave: () => {
      setState(undefined);
      return found !== undefined;
    },
  };
}

/** Class of a mask at a place of the picture. @param share fractions of its width and height */
function segmentAt(label: LabelView, look: MaskLook, share: { x: number; y: number }): string | undefined {
  if (look === undefined || !('mask' in look) || label.shape?.kind !== 'mask') return undefined;
  const { mask } = look;
  const [x, y] = [Math.floor(share.x * mask.width), Math.floor(share.y * mask.height)];
  if (x < 0 || y < 0 || x >= mask.width || y >= mask.height) return undefined;
  const index = mask.indexes[y * mask.width + x];
  return label.shape.segments.find((segment) => segment.index === index)?.label;
}
