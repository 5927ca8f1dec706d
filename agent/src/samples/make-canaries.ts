import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { drawSample } from './draw-sample.ts';

/** Pictures made to be looked for, with everything in them that must stay inside. */
export interface Canaries {
  files: CanaryFile[];
  /** What is planted, by kind. */
  texts: { kind: string; values: string[] }[];
}

export interface CanaryFile {
  path: string;
  /** As written, without the padding. */
  bytes: Buffer;
  /** Decoded, RGB. */
  pixels: Buffer;
  /** The small picture embedded in the file. */
  thumbnail: Buffer;
}

/** Every file is padded to this size behind its end, so that two sets differ in nothing but their content. */
const fileBytes = 512 * 1024;
const xmp =
  '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:m="http://ns.adobe.com/xap/1.0/mm/" m:DocumentID="xmp.did:canary-5150"/></rdf:RDF></x:xmpmeta>';
const exif = {
  IFD0: {
    Make: 'Canon',
    Model: 'EOS R5',
    Artist: 'Canary Artist Quill',
    Copyright: 'Canary Rights Holder',
    ImageDescription: 'canary caption ward 9',
  },
  IFD2: {
    DateTimeOriginal: '2026:03:04 05:06:07',
    BodySerialNumber: 'CANARY-BODY-90125',
    LensSerialNumber: 'CANARY-LENS-2112',
    CameraOwnerName: 'canary owner ada',
    UserComment: 'canary comment 1984',
  },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '60/1 10/1 1234/100',
    GPSLongitudeRef: 'E',
    GPSLongitude: '24/1 56/1 4321/100',
  },
};

/** Plants a folder of canaries. `seed` changes the pixels and nothing else. */
export async function makeCanaries(folder: string, seed: number): Promise<Canaries> {
  const files: CanaryFile[] = [];
  for (const [i, name] of ['patient-canary/first.jpg', 'patient-canary/second.webp', 'third.png'].entries()) {
    const { rgb, widthPx: width, heightPx: height } = drawSample(seed + i, 240, 160);
    const picture = sharp(rgb, { raw: { width, height, channels: 3 } });
    const thumbnail = await picture.clone().resize(32, 21).jpeg().toBuffer();
    const tagged = picture.clone().withExif(exif).withXmp(xmp);
    const bytes = name.endsWith('.jpg')
      ? embed(await tagged.jpeg({ quality: 85 }).toBuffer(), thumbnail)
      : await (name.endsWith('.png') ? tagged.png() : tagged.webp({ quality: 85 })).toBuffer();
    const file = join(folder, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, Buffer.concat([bytes, Buffer.alloc(Math.max(0, fileBytes - bytes.length))]));
    files.push({ path: name, bytes, pixels: Buffer.from(rgb), thumbnail });
  }
  return {
    files,
    texts: [
      { kind: 'GPS position', values: ['60.170', '24.945', '60/1', '24/1'] },
      { kind: 'names of people', values: [exif.IFD0.Artist, exif.IFD0.Copyright, exif.IFD2.CameraOwnerName] },
      { kind: 'serial numbers', values: [exif.IFD2.BodySerialNumber, exif.IFD2.LensSerialNumber] },
      { kind: 'captions and comments', values: [exif.IFD0.ImageDescription, exif.IFD2.UserComment] },
      { kind: 'XMP', values: ['xmp.did:canary-5150', 'xmpmeta'] },
      { kind: 'absolute paths', values: [folder] },
    ],
  };
}

/** Puts a whole small JPEG into a segment of its own, as cameras do. */
function embed(jpeg: Buffer, thumbnail: Buffer): Buffer {
  const segment = Buffer.concat([Buffer.from('JFXX\0\x10', 'latin1'), thumbnail]);
  const head = Buffer.from([0xff, 0xe0, 0, 0]);
  head.writeUInt16BE(segment.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, segment, jpeg.subarray(2)]);
}
