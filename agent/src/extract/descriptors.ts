import { encodeBlurhash } from '@nucleus/shared/image/blurhash';
import { blurhashRaster } from '@nucleus/shared/image/blurhash-raster';
import { lumaOf } from '@nucleus/shared/image/luma';
import { meanColor } from '@nucleus/shared/image/mean-color';
import { paletteOf } from '@nucleus/shared/image/palette';
import { perceptualHash } from '@nucleus/shared/image/perceptual-hash';
import { qualityOf } from '@nucleus/shared/image/quality';
import type { Facts } from '../record/facts.ts';

/** Everything that is made from pixels, out of the one analysis raster. Pure. @param rgb oriented, three bytes a pixel. */
export function descriptors(rgb: Uint8Array, width: number, height: number): Pick<Facts, 'phash' | 'fields'> {
  const luma = lumaOf(rgb);
  const fields: Facts['fields'] = {
    ...qualityOf(luma, width, height),
    mean_color: meanColor(rgb),
    blurhash: encodeBlurhash(blurhashRaster(rgb, width, height)),
  };
  for (const [i, colour] of paletteOf(rgb).entries()) fields[`palette_${i + 1}` as 'palette_1'] = colour;
  return { phash: perceptualHash(luma, width, height), fields };
}
