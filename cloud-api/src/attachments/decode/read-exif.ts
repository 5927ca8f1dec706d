/** What is kept of a picture's EXIF, read where the picture is decoded. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type ExifBlocks, exifFacts } from '@nucleus/shared/exif/exif-facts';
import { parseExif, tiffExif } from '@nucleus/shared/exif/tiff-exif';
import { roundToStep } from '@nucleus/shared/record/step';
import type { StoredExif } from '@nucleus/shared/wire/assets';
import type { ImageFormat } from '../check/sniff-image.ts';

/**
 * The fields of an agent's record by the same reader and the same list, and the exact position; no other tag is looked at.
 * @param header what the decoder found: the EXIF block, and the orientation as stored
 * @returns nothing for a block that is damaged: the picture itself may be well
 */
export function readExif(
  path: string,
  format: ImageFormat,
  header: { exif?: Uint8Array | undefined; orientation?: number | undefined },
): StoredExif {
  try {
    // the loader of TIFF hands no EXIF over
    const { fields, gps } = exifFacts(format === 'tiff' ? readTiff(path) : parseExif(header.exif));
    const { orientation } = header;
    return { ...(orientation === undefined ? {} : { orientation }), ...fields, ...(gps && rounded(gps)) };
  } catch {
    return {};
  }
}

/** A tenth of a metre: finer than any position of a camera. */
const positionStep = 0.000001;

function rounded({ lat, lon }: { lat: number; lon: number }): StoredExif {
  return { lat: roundToStep(lat, positionStep), lon: roundToStep(lon, positionStep) };
}

function readTiff(path: string): ExifBlocks {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    return tiffExif({
      size,
      slice: (at, length) => {
        const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - at)));
        return bytes.subarray(0, bytes.length === 0 ? 0 : readSync(file, bytes, 0, bytes.length, at));
      },
    });
  } finally {
    closeSync(file);
  }
}
