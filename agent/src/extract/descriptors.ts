import { encodeBlurhash } from '@nucleus/shared/image/blurhash';
import { paletteOf } from '@nucleus/shared/image/palette';
import { perceptualHash } from '@nucleus/shared/image/perceptual-hash';
import { qualityOf } from '@nucleus/shared/image/quality';
import { surveyPixels } from '@nucleus/shared/image/survey-pixels';
import type { Facts } from '../record/facts.ts';

/** Everything that is made from pixels, out of the one analysis raster. Pure. @param rgb oriented, three bytes a pixel. */
export function descriptors(rgb: Uint8Array, width: number, height: number): Pick<Facts, 'phash' | 'fields'> {
  const { luma, meanColor, blurhashRaster } = surveyPixels(rgb, width, height);
  const fields: Facts['fields'] = {
    ...qualityOf(luma, width, height),
    mean_color: meanColor,
    blurhash: encodeBlurhash(blurhashRaster),
  };
  for (const [i, colour] of paletteOf(rgb).entries()) fields[`palette_${i + 1}` as 'palette_1'] = colour;
  return { phash: perceptualHash(luma, width, height), fields };
}
