/** How the picture at the top of a panel is asked for and placed. Pure but for the screen's density. */
import { previewFor } from './pixel-source.ts';

const panelPx = 372;
/** A tall picture is narrower than the panel, so that its blur keeps its shape. */
const tallest = '46vh';

export function panelPreview(): ReturnType<typeof previewFor> {
  return previewFor(panelPx * Math.min(devicePixelRatio, 2));
}

/** @param aspect width by height */
export function panelBox(aspect: number): { aspectRatio: number; width: string } {
  return { aspectRatio: aspect, width: `min(100%, calc(${tallest} * ${aspect}))` };
}
