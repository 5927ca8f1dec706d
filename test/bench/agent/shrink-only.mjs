/** `shrink-only.mjs FOLDER PART PARTS`: makes the analysis rasters of every so many-th JPEG of a folder and nothing else; what ingest cannot beat. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { analysisSize } from '@nucleus/shared/image/analysis-size';
import { shrinkJpeg } from '../../../agent/dist/extract/jpeg/shrink-jpeg.js';
import { jpegHead } from '../../../agent/dist/extract/jpeg-segments.js';

const [folder, part, parts] = process.argv.slice(2);
for (const [i, name] of readdirSync(folder).entries()) {
  if (i % Number(parts) !== Number(part)) continue;
  const jpeg = readFileSync(join(folder, name));
  const { width, height } = jpegHead(jpeg);
  if (shrinkJpeg(jpeg, analysisSize(width, height)) === undefined) throw new Error(`${name} is no common JPEG`);
}
