/** Pictures whose files say more than they should: owner, serials, position, maker note, an embedded thumbnail, XMP, in JPEG, PNG, WebP and TIFF. */
import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { aJpeg, aPng, aWebp } from './a-picture.ts';

/** Texts that stand in {@link tellingPictures}. */
export const tellingTexts = [
  'Jane Q. Photographer',
  'All rights by Jane',
  '0123456789ABCDEF',
  'LENS-77-4711',
  'Ward 7 bed 3',
  'camera owner Ada',
  'xmp.did:4f3c2b1a',
  'C:\\Users\\ada',
  'maker note 8812',
];

const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmpMM:DocumentID="xmp.did:4f3c2b1a" xmpMM:History="C:\\Users\\ada\\secret.psd"/></rdf:RDF></x:xmpmeta>`;
const exif = {
  IFD0: {
    Make: 'Canon',
    Model: 'Canon EOS 40D',
    Artist: 'Jane Q. Photographer',
    Copyright: 'All rights by Jane',
    ImageDescription: 'Ward 7 bed 3',
  },
  IFD2: {
    DateTimeOriginal: '2024:05:01 10:00:00',
    OffsetTimeOriginal: '+02:00',
    ExposureTime: '1/250',
    FNumber: '28/10',
    ISOSpeedRatings: '400',
    FocalLength: '50/1',
    BodySerialNumber: '0123456789ABCDEF',
    LensSerialNumber: 'LENS-77-4711',
    CameraOwnerName: 'camera owner Ada',
    LensModel: `maker note 8812 ${createHash('sha256').update('maker note').digest('hex')}`,
  },
  IFD3: {
    GPSLatitudeRef: 'N',
    GPSLatitude: '60/1 10/1 1234/100',
    GPSLongitudeRef: 'E',
    GPSLongitude: '24/1 56/1 4321/100',
  },
};

/** Files by relative path. The numbers in `seed` make the pixels, nothing else. */
export async function tellingPictures(seed: number): Promise<Map<string, Buffer>> {
  const shot = { widthPx: 320, heightPx: 200, exif };
  const thumbnail = await aJpeg({ widthPx: 32, heightPx: 20, seed: seed + 900 });
  const raster = await sharp(await aPng({ widthPx: 90, heightPx: 70, seed: seed + 5 }))
    .withExif(exif)
    .withXmp(xmp)
    .tiff()
    .toBuffer();
  return new Map([
    ['yard/a.jpg', withThumbnail(withMakerNote(await aJpeg({ ...shot, seed, orientation: 6 })), thumbnail)],
    [
      'yard/b.jpg',
      await sharp(await aJpeg({ ...shot, seed: seed + 1 }))
        .withExif(exif)
        .withXmp(xmp)
        .jpeg()
        .toBuffer(),
    ],
    ['c d.webp', await aWebp({ ...shot, seed: seed + 2 })],
    ['e.png', await aPng({ ...shot, widthPx: 128, heightPx: 96, seed: seed + 3 })],
    ['f.png', await aPng({ widthPx: 64, heightPx: 64, seed: seed + 4 })],
    ['deep/er/g.tif', raster],
  ]);
}

/** Calls the tag LensModel a MakerNote: the picture library writes none itself. */
function withMakerNote(jpeg: Buffer): Buffer {
  const [from, to] = jpeg.includes(Buffer.from([0x34, 0xa4, 2, 0]))
    ? [Buffer.from([0x34, 0xa4, 2, 0]), Buffer.from([0x7c, 0x92, 7, 0])]
    : [Buffer.from([0xa4, 0x34, 0, 2]), Buffer.from([0x92, 0x7c, 0, 7])];
  const at = jpeg.indexOf(from);
  if (at < 0) throw new Error('the picture holds no LensModel');
  return Buffer.concat([jpeg.subarray(0, at), to, jpeg.subarray(at + 4)]);
}

/** A segment of its own that holds a whole small JPEG, as cameras embed theirs. */
function withThumbnail(jpeg: Buffer, thumbnail: Buffer): Buffer {
  const segment = Buffer.concat([Buffer.from('JFXX\0\x10', 'latin1'), thumbnail]);
  const head = Buffer.from([0xff, 0xe0, 0, 0]);
  head.writeUInt16BE(segment.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, segment, jpeg.subarray(2)]);
}

/** Two sets with the same names, sizes and times: the shorter file of each pair is padded behind its end. */
export function padded(a: Map<string, Buffer>, b: Map<string, Buffer>): [Map<string, Buffer>, Map<string, Buffer>] {
  const pad = (files: Map<string, Buffer>): Map<string, Buffer> =>
    new Map(
      Array.from(files, ([name, bytes]) => {
        const length = Math.max(a.get(name)?.length ?? 0, b.get(name)?.length ?? 0);
        return [name, Buffer.concat([bytes, Buffer.alloc(length - bytes.length)])];
      }),
    );
  return [pad(a), pad(b)];
}
