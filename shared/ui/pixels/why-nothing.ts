import type { PixelLook } from './pixel-source.ts';

/**
 * What stands where neither a blur nor a picture can be drawn: whoever has the pixels knows best. Pure.
 * @param status of the record: `no-pixels` when nothing was made from the pixels, whatever the level.
 */
export function whyNothing(look: PixelLook, status: unknown): string {
  if ('word' in look) return look.word;
  return status === 'no-pixels'
    ? 'Nothing was made from its pixels, so there is nothing to draw'
    : 'No descriptor left, so there is nothing to draw';
}
