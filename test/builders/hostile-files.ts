/** Files that want to crash, stall or fill whoever reads them, made here from nothing. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { constants, crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { aJpeg } from './a-picture.ts';

/** What each file may end as: codes of exceptions, or `catalogued`; what is not a regular file is `not-regular`. */
export type Outcome = string;

/** Fills a folder. @returns what each file may end as, by name, and a function that gives up what the files hold open. */
export async function hostileFiles(folder: string): Promise<{ outcomes: Map<string, Outcome[]>; release: () => void }> {
  const outcomes = new Map<string, Outcome[]>();
  const put = (name: string, bytes: Buffer, ...may: Outcome[]): void => {
    writeFileSync(join(folder, name), bytes);
    outcomes.set(name, may);
  };
  const pixels = deflateSync(Buffer.alloc(65 * 64));
  put(
    '30000-by-30000.png',
    aPng({ size: 30_000, bits: 1, data: deflateSync(Buffer.alloc(30_000 * 3751)) }),
    'too-many-pixels',
  );
  put(
    'text-bomb.png',
    aPng({ size: 64, data: pixels, extra: chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), bomb(500)])) }),
    ...['catalogued', 'undecodable'],
  );
  put(
    'profile-of-50-mb.png',
    aPng({ size: 64, data: pixels, extra: chunk('iCCP', Buffer.concat([Buffer.from('x\0\0'), bomb(50)])) }),
    ...['catalogued', 'undecodable'],
  );
  put('ifd-loop.tif', aTiff(8), 'catalogued', 'undecodable', 'truncated');
  put('raw-loop.nef', rawLoop(), 'catalogued', 'no-dimensions', 'undecodable');
  put('boxes.cr3', boxesOfNoLength('crx '), 'undecodable', 'no-dimensions', 'unsupported-format');
  put('boxes.mp4', boxesOfNoLength(), 'undecodable', 'no-video', 'timed-out');
  put('profile-of-50-mb.tif', aTiff(0, 50 * 1024 ** 2), 'catalogued', 'undecodable');
  put('huge.bmp', aBmpHeader(30_000, 30_000), 'too-many-pixels');
  put('bitmap-without-rows.bmp', aBmpHeader(300, 300), 'truncated');
  put('frames.gif', aGif(200_000), 'catalogued', 'too-many-pixels');
  const jpeg = await aJpeg({ widthPx: 64, heightPx: 64 });
  put('exif-loop.jpg', withSegment(jpeg, 0xe1, exifLoop()), 'catalogued', 'timed-out', 'undecodable');
  put('page.html.jpg', Buffer.concat([jpeg, Buffer.from('<html><script>alert(1)</script></html>')]), 'catalogued');
  put('comment.jpg', withSegment(jpeg, 0xfe, Buffer.from('<script>alert(1)</script>')), 'catalogued');
  put('archive.jpg', Buffer.concat([jpeg, Buffer.from('PK\x05\x06'), Buffer.alloc(18)]), 'catalogued');
  put('spin.heic', spinningHeic(), 'undecodable', 'timed-out', 'unsupported-format', 'truncated');
  put('spin.jpg', spinningHeic(), 'undecodable', 'timed-out', 'unsupported-format', 'truncated');
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="9" height="9"/></svg>',
  );
  const pdf = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF');
  for (const name of ['a.svg', 'svg.jpg', 'svg.png']) put(name, svg, 'unsupported-format');
  for (const name of ['a.pdf', 'pdf.tif']) put(name, pdf, 'unsupported-format');
  put('empty.jpg', Buffer.alloc(0), 'empty');
  put('sparse-2-tb.tif', aTiff(0), 'too-large');
  truncateSync(join(folder, 'sparse-2-tb.tif'), 2 * 1024 ** 4);
  execFileSync('mkfifo', [join(folder, 'fifo.jpg')]);
  const socket = createServer().listen(join(folder, 'socket.jpg'));
  await new Promise((done) => socket.once('listening', done));
  for (const name of ['fifo.jpg', 'socket.jpg']) outcomes.set(name, ['not-regular']);
  mkdirSync(join(folder, 'folder.jpg'));
  return { outcomes, release: () => void socket.close() };
}

/** Megabytes of zeros as some kilobytes: one compressed megabyte, again and again, so that making it takes no time. */
function bomb(megabytes: number): Buffer {
  const zeros = deflateRawSync(Buffer.alloc(1024 ** 2), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE((((megabytes * 1024 ** 2) % 65_521) * 65_536 + 1) >>> 0);
  const end = Buffer.from([3, 0]);
  return Buffer.concat([Buffer.from([0x78, 0xda]), ...Array.from({ length: megabytes }, () => zeros), end, checksum]);
}

function chunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length, 0);
  frame.writeUInt32BE(crc32(typed), 4);
  return Buffer.concat([frame.subarray(0, 4), typed, frame.subarray(4)]);
}

function aPng({
  size,
  bits = 8,
  data,
  extra = Buffer.alloc(0),
}: {
  size: number;
  bits?: number;
  data: Buffer;
  extra?: Buffer;
}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header[8] = bits;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), extra, chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

/** Entries of a directory: tag, type, count, value; `next` is where the next directory is said to be. */
function directory(entries: [number, number, number, number][], next: number): Buffer {
  const bytes = Buffer.alloc(2 + entries.length * 12 + 4);
  bytes.writeUInt16LE(entries.length, 0);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 2 + i * 12);
    bytes.writeUInt16LE(type, 4 + i * 12);
    bytes.writeUInt32LE(count, 6 + i * 12);
    bytes.writeUInt32LE(value, 10 + i * 12);
  }
  bytes.writeUInt32LE(next, bytes.length - 4);
  return bytes;
}

const tiffHead = Buffer.from([0x49, 0x49, 0x2a, 0, 8, 0, 0, 0]);

/** 64 by 64 grey pixels whose first directory names `next` as the next one, with a colour profile of so many zeros. */
function aTiff(next: number, profileBytes = 0): Buffer {
  const entries: [number, number, number, number][] = [
    ...([
      [256, 4, 1, 64],
      [257, 4, 1, 64],
      [258, 3, 1, 8],
      [259, 3, 1, 1],
      [262, 3, 1, 1],
    ] as [number, number, number, number][]),
    ...([
      [273, 4, 1, 200],
      [278, 4, 1, 64],
      [279, 4, 1, 4096],
    ] as [number, number, number, number][]),
    ...(profileBytes > 0 ? [[34675, 7, profileBytes, 5200] as [number, number, number, number]] : []),
  ];
  return Buffer.concat([tiffHead, directory(entries, next), Buffer.alloc(5000 + profileBytes)]);
}

/** A raw file whose sub-directories, EXIF and next directory are all the first one, and whose preview is said to be everywhere. */
function rawLoop(): Buffer {
  const entries: [number, number, number, number][] = [
    ...([
      [256, 4, 1, 64],
      [257, 4, 1, 64],
      [262, 3, 1, 32803],
      [0x14a, 4, 1, 8],
    ] as [number, number, number, number][]),
    ...([
      [0x201, 4, 1, 0xffffffff],
      [0x202, 4, 1, 0xffffffff],
      [0x8769, 4, 1, 8],
    ] as [number, number, number, number][]),
  ];
  return Buffer.concat([tiffHead, directory(entries, 8), Buffer.alloc(500, 0xff)]);
}

/** A movie box full of boxes that say they have no length, or all of it. */
function boxesOfNoLength(brand = 'isom'): Buffer {
  const box = (type: string, length: number, body = Buffer.alloc(0)): Buffer => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(length, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
  };
  const inner = Buffer.concat(Array.from({ length: 200 }, (_, i) => box('trak', i % 2 === 0 ? 0 : 0xffffffff)));
  return Buffer.concat([
    box('ftyp', 24, Buffer.from(`${brand}\0\0\x02\0isommp41`, 'latin1')),
    box('moov', inner.length + 8, inner),
  ]);
}

/** Headers of a bitmap of 24 bits, and no row. */
function aBmpHeader(width: number, height: number): Buffer {
  const head = Buffer.alloc(54);
  head.write('BM', 'latin1');
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(width, 18);
  head.writeInt32LE(height, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(24, 28);
  return head;
}

/** Directories that point at each other: EXIF, GPS and the next directory are all the first one. */
function exifLoop(): Buffer {
  const pointers: [number, number, number, number][] = [
    [0x8769, 4, 1, 8],
    [0x8825, 4, 1, 8],
    [0xa005, 4, 1, 8],
  ];
  return Buffer.concat([Buffer.from('Exif\0\0'), tiffHead, directory(pointers, 8)]);
}

function withSegment(jpeg: Buffer, marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}

function aGif(frames: number): Buffer {
  const head = Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff', 'latin1');
  const frame = Buffer.from(
    '\x21\xf9\x04\x00\x00\x00\x00\x00\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00',
    'latin1',
  );
  return Buffer.concat([head, ...Array.from({ length: frames }, () => frame), Buffer.from(';')]);
}

/** Eighty bytes that begin as a HEIC does and hold boxes of length zero, over which a careless reader never gets. */
function spinningHeic(): Buffer {
  const bytes = Buffer.alloc(80);
  bytes.writeUInt32BE(24, 0);
  bytes.write('ftypheic', 4, 'latin1');
  bytes.write('mif1heic', 16, 'latin1');
  bytes.writeUInt32BE(0, 24);
  bytes.write('meta', 28, 'latin1');
  bytes.writeUInt32BE(0, 36);
  bytes.write('iinf', 40, 'latin1');
  return bytes;
}
