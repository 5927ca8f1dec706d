/** Files in the layouts of cameras' raw formats, made from nothing: directories, previews, and sensor data that is none. */

type Values = number[] | string;
type Entry = [tag: number, type: 'short' | 'long' | 'rational' | 'text', values: Values];

export interface RawDirectory {
  entries?: Entry[];
  exif?: RawDirectory;
  gps?: RawDirectory;
  subs?: RawDirectory[];
  /** Bytes, and the tags under which their offset and length stand; one tag: the value itself is elsewhere. */
  blob?: { bytes: Buffer; tags: [number, number] | [number] };
}

const typeNumbers = { text: 2, short: 3, long: 4, rational: 5 } as const;
const typeBytes = { text: 1, short: 2, long: 4, rational: 8 } as const;

/** A TIFF under any magic number. `behindHead` stands right after the first eight bytes. */
function aTiffLike(
  chain: readonly RawDirectory[],
  { isLittle = true, magic = 42, behindHead = Buffer.alloc(0) } = {},
): Buffer {
  const head = Buffer.alloc(8);
  head.write(isLittle ? 'II' : 'MM', 'latin1');
  const parts: Buffer[] = [head, behindHead];
  let length = head.length + behindHead.length;
  const place = (bytes: Buffer): number => {
    const at = length + (length % 2);
    parts.push(Buffer.alloc(length % 2), bytes);
    length = at + bytes.length;
    return at;
  };
  const number = (value: number, bytes: number): Buffer => {
    const out = Buffer.alloc(bytes);
    if (isLittle) out.writeUIntLE(value, 0, bytes);
    else out.writeUIntBE(value, 0, bytes);
    return out;
  };
  const spell = (type: Entry[1], values: Values): Buffer => {
    if (typeof values === 'string') return Buffer.from(`${values}\0`, 'latin1');
    if (type !== 'rational') return Buffer.concat(values.map((value) => number(value, typeBytes[type])));
    return Buffer.concat(values.flatMap((value) => [number(Math.round(value * 1000), 4), number(1000, 4)]));
  };
  const placeDirectory = (directory: RawDirectory, next: number): number => {
    const entries: [number, number, number, Buffer][] = (directory.entries ?? []).map(([tag, type, values]) => {
      const bytes = spell(type, values);
      return [tag, typeNumbers[type], bytes.length / typeBytes[type], bytes];
    });
    if (directory.exif) entries.push([0x8769, 4, 1, number(placeDirectory(directory.exif, 0), 4)]);
    if (directory.gps) entries.push([0x8825, 4, 1, number(placeDirectory(directory.gps, 0), 4)]);
    if (directory.subs) {
      const places = directory.subs.map((sub) => number(placeDirectory(sub, 0), 4));
      entries.push([0x14a, 4, places.length, Buffer.concat(places)]);
    }
    if (directory.blob) {
      const { bytes, tags } = directory.blob;
      const [first, second] = tags;
      if (second === undefined) entries.push([first, 7, bytes.length, bytes]);
      else {
        entries.push([first, 4, 1, number(place(bytes), 4)], [second, 4, 1, number(bytes.length, 4)]);
      }
    }
    const table = entries
      .toSorted(([a], [b]) => a - b)
      .map(([tag, type, count, bytes]) => {
        const value =
          bytes.length <= 4 ? Buffer.concat([bytes, Buffer.alloc(4 - bytes.length)]) : number(place(bytes), 4);
        return Buffer.concat([number(tag, 2), number(type, 2), number(count, 4), value]);
      });
    return place(Buffer.concat([number(table.length, 2), ...table, number(next, 4)]));
  };
  const first = chain.reduceRight((next, directory) => placeDirectory(directory, next), 0);
  number(magic, 2).copy(head, 2);
  number(first, 4).copy(head, 4);
  return Buffer.concat(parts);
}

/** A lossless JPEG frame, as CR2 keeps sensor data: no decoder of pictures takes it. */
const sensorJpeg = Buffer.concat([
  Buffer.from([0xff, 0xd8, 0xff, 0xc3, 0, 17, 14, 15, 160, 23, 112, 3, 1, 17, 0, 2, 17, 0, 3, 17, 0]),
  Buffer.alloc(5000, 7),
]);
const sensorData: RawDirectory = {
  entries: [
    [0xfe, 'long', [0]],
    [0x100, 'long', [640]],
    [0x101, 'long', [420]],
    [0x103, 'short', [1]],
    [0x106, 'short', [32803]],
  ],
  blob: { bytes: Buffer.alloc(4000, 9), tags: [0x111, 0x117] },
};
const shot: RawDirectory = {
  entries: [
    [0x829a, 'rational', [0.004]],
    [0x829d, 'rational', [2.8]],
    [0x8827, 'short', [400]],
    [0x9003, 'text', '2024:05:06 07:08:09'],
    [0x9011, 'text', '+02:00'],
    [0x920a, 'rational', [50]],
  ],
};
const developed: RawDirectory = {
  ...shot,
  entries: [...(shot.entries ?? []), [0xa002, 'long', [600]], [0xa003, 'long', [400]]],
};
const camera = (make: string, orientation?: number): Entry[] => [
  [0x10f, 'text', make],
  [0x110, 'text', 'Model 1'],
  ...(orientation === undefined ? [] : [[0x112, 'short', [orientation]] as Entry]),
];

/** Raw files by name, each with the same preview inside; the picture they hold is 600 by 400 as stored. */
export function rawFiles(preview: Buffer, thumbnail: Buffer, orientation: number): Map<string, Buffer> {
  const interchange = (bytes: Buffer): RawDirectory => ({ blob: { bytes, tags: [0x201, 0x202] } });
  const strip = (bytes: Buffer, compression: number): RawDirectory => ({
    entries: [[0x103, 'short', [compression]]],
    blob: { bytes, tags: [0x111, 0x117] },
  });
  const withBorders = { top: 8, left: 10, bottom: 408, right: 610 };
  const fuji = Buffer.alloc(160);
  fuji.write('FUJIFILMCCD-RAW 0201FF383501', 'latin1');
  fuji.writeUInt32BE(160, 84);
  fuji.writeUInt32BE(preview.length, 88);
  const canon = { ...strip(preview, 6), exif: developed };
  canon.entries = [...(canon.entries ?? []), ...camera('Canon', orientation)];
  return new Map([
    [
      'canon.cr2',
      aTiffLike([canon, interchange(thumbnail), strip(sensorJpeg, 6)], { behindHead: Buffer.from('CR\x02\0\0\0\0\0') }),
    ],
    [
      'nikon.nef',
      aTiffLike(
        [
          {
            entries: [
              [0xfe, 'long', [1]],
              [0x100, 'long', [160]],
              [0x101, 'long', [120]],
              ...camera('NIKON', orientation),
            ],
            exif: developed,
            subs: [interchange(preview), sensorData],
          },
        ],
        { isLittle: false },
      ),
    ],
    [
      'sony.arw',
      aTiffLike([
        {
          ...interchange(preview),
          entries: [[0xc4a5, 'text', 'PrintIM'], ...camera('SONY', orientation)],
          exif: developed,
          subs: [sensorData],
        },
        interchange(thumbnail),
      ]),
    ],
    [
      'any.dng',
      aTiffLike([
        {
          entries: [[0xc612, 'long', [1]], ...camera('Google', orientation)],
          exif: shot,
          subs: [
            { ...sensorData, entries: [...(sensorData.entries ?? []), [0xc620, 'rational', [600, 400]]] },
            strip(preview, 7),
            strip(thumbnail, 7),
          ],
        },
      ]),
    ],
    [
      'panasonic.rw2',
      aTiffLike(
        [
          {
            entries: [
              [4, 'short', [withBorders.top]],
              [5, 'short', [withBorders.left]],
              [6, 'short', [withBorders.bottom]],
              [7, 'short', [withBorders.right]],
              ...camera('Panasonic', orientation),
            ],
            exif: shot,
            blob: { bytes: preview, tags: [0x2e] },
          },
        ],
        { magic: 0x55 },
      ),
    ],
    [
      'olympus.orf',
      Buffer.concat([
        aTiffLike([{ entries: [[0x100, 'long', [640]], ...camera('OLYMPUS', orientation)], exif: developed }], {
          magic: 0x4f52,
        }),
        Buffer.alloc(333),
        thumbnail,
        Buffer.alloc(55),
        preview,
      ]),
    ],
    ['fuji.raf', Buffer.concat([fuji, preview])],
  ]);
}

/** A grey picture of 64 by 48 as TIFF, its directories behind its pixels, with EXIF and a position. */
export const aTiffWithExif = (orientation: number): Buffer =>
  aTiffLike([
    {
      entries: [
        [0x100, 'long', [64]],
        [0x101, 'long', [48]],
        [0x102, 'short', [8]],
        [0x103, 'short', [1]],
        [0x106, 'short', [1]],
        [0x115, 'short', [1]],
        [0x116, 'long', [48]],
        ...camera('Canon', orientation),
      ],
      exif: shot,
      gps: {
        entries: [
          [1, 'text', 'N'],
          [2, 'rational', [60, 30, 0]],
          [3, 'text', 'W'],
          [4, 'rational', [24, 15, 0]],
        ],
      },
      blob: { bytes: Buffer.alloc(64 * 48, 90), tags: [0x111, 0x117] },
    },
  ]);

/** Sensor data without any preview. */
export const rawWithoutPreview = (): Buffer =>
  aTiffLike([{ entries: [[0xc612, 'long', [1]], ...camera('Google')], exif: developed, subs: [sensorData] }]);

function aBox(type: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8, 0);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
}

/** A track with one sample, as the tables of a movie say it. */
function aTrack(at: number, bytes: number): Buffer {
  const sizes = Buffer.alloc(16);
  sizes.writeUInt32BE(1, 8);
  sizes.writeUInt32BE(bytes, 12);
  const offsets = Buffer.alloc(16);
  offsets.writeUInt32BE(1, 4);
  offsets.writeBigUInt64BE(BigInt(at), 8);
  const tables = aBox('stbl', aBox('stsz', sizes), aBox('co64', offsets));
  return aBox('trak', aBox('mdia', aBox('minf', tables)));
}

/**
 * Canon's newer layout: 600 by 400 as stored, a thumbnail and a middle preview in boxes of their own, the largest one as the sample of a
 * track, sensor data as that of another, and a position.
 */
export function aCr3(
  { preview, middle, thumbnail }: Record<'preview' | 'middle' | 'thumbnail', Buffer>,
  orientation: number,
): Buffer {
  const uuid = (id: string, ...content: Buffer[]): Buffer => aBox('uuid', Buffer.from(id, 'hex'), ...content);
  const place: RawDirectory = {
    entries: [
      [1, 'text', 'N'],
      [2, 'rational', [60, 30, 0]],
      [3, 'text', 'W'],
      [4, 'rational', [24, 15, 0]],
    ],
  };
  const type = aBox('ftyp', Buffer.from('crx \0\0\0\x01crx isom', 'latin1'));
  const shown = uuid('eaf42b5e1c984b88b9fbb7dc406e4d16', Buffer.alloc(8), aBox('PRVW', Buffer.alloc(16), middle));
  const movie = (samples: number): Buffer =>
    aBox(
      'moov',
      uuid(
        '85c0b687820f11e08111f4ce462b6a48',
        aBox('CNCV', Buffer.from('CanonCR3_001/00.09.00/00.00.00')),
        aBox('CMT1', aTiffLike([{ entries: camera('Canon', orientation) }])),
        aBox('CMT2', aTiffLike([developed])),
        aBox('CMT4', aTiffLike([place])),
        aBox('THMB', Buffer.alloc(16), thumbnail),
      ),
      aTrack(samples, preview.length),
      aTrack(samples + preview.length, sensorJpeg.length),
    );
  const samples = type.length + movie(0).length + shown.length + 8;
  return Buffer.concat([type, movie(samples), shown, aBox('mdat', preview, sensorJpeg)]);
}
