/** Whatever a server answers, a fetch ends in time, within its bytes and with one sentence; and nothing of it is kept. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDecodePool } from '../../cloud-api/src/attachments/decode/decode-pool.ts';
import { fetchLimits } from '../../cloud-api/src/attachments/fetch/fetch-attachment.ts';
import { openAttachments } from '../../cloud-api/src/attachments/open-attachments.ts';
import { openDiskStore } from '../../cloud-api/src/objects/disk-store.ts';
import { aFetch, plainSources } from '../builders/a-fetch.ts';
import { aJpeg, aPng } from '../builders/a-picture.ts';
import { aPictureServer, type PictureServer } from '../builders/a-picture-server.ts';
import { anExifBlock, withExifBlock, withTiffTags } from '../builders/an-exif-block.ts';

const megabyte = 1024 * 1024;
const builtDecoder = new URL('../../cloud-api/dist/attachments/decode/decode-child.js', import.meta.url);
const limits = {
  connectMs: 500,
  headersMs: 400,
  idleMs: 400,
  totalMs: 3_000,
  minRateAfterMs: 600,
  maxBytes: 2 * megabyte,
};

function pour(response: ServerResponse, piece: Uint8Array): void {
  const more = () => {
    while (!response.destroyed && response.write(piece));
  };
  response.on('drain', more);
  more();
}

function drip(response: ServerResponse, everyMs: number): void {
  const timer = setInterval(() => response.write('x'), everyMs);
  response.on('close', () => clearInterval(timer));
}

describe('hostile answers', () => {
  let server: PictureServer;
  let silent: Server;
  let silentPort: number;
  beforeAll(async () => {
    const zeros = Buffer.alloc(megabyte);
    server = await aPictureServer({
      '/endless': (_request, response) => pour(response.writeHead(200), zeros),
      '/one-byte-a-while': (_request, response) => drip(response.writeHead(200), 100),
      '/stops': (_request, response) => void response.writeHead(200, { 'content-length': 100 }).write('x'),
      '/headers-never': () => undefined,
      '/declared-5-gb': (_request, response) => void response.writeHead(200, { 'content-length': 5e9 }).write('x'),
      '/shorter': (_request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('x'.repeat(50));
        setTimeout(() => response.destroy(), 50);
      },
      '/cut-chunked': (_request, response) => {
        response.writeHead(200).write('x'.repeat(50));
        setTimeout(() => response.destroy(), 50);
      },
      '/gzip': (_request, response) =>
        void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50 * megabyte))),
      '/brotli': (_request, response) => void response.writeHead(200, { 'content-encoding': 'br' }).end('x'),
      '/partial': (_request, response) => void response.writeHead(206).end('x'),
      '/gone': (_request, response) => void response.writeHead(500).end('secret banner'),
    });
    silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    silentPort = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(async () => {
    await server.close();
    silent.close();
  });

  test.each([
    ['/endless', 'size', 3_000],
    ['/one-byte-a-while', 'rate', 1_500],
    ['/stops', 'idle', 1_500],
    ['/headers-never', 'headers timeout', 1_500],
    ['/declared-5-gb', 'declared size', 1_000],
    ['/shorter', 'ECONNRESET', 1_000],
    ['/cut-chunked', 'ECONNRESET', 1_000],
    ['/gzip', 'content encoding', 1_000],
    ['/brotli', 'content encoding', 1_000],
    ['/partial', 'status', 1_000],
    ['/gone', 'status', 1_000],
  ])('%s ends by its %s limit', async (path, reason, withinMs) => {
    const fetched = await aFetch(server.origin + path, { allowed: [server.host], limits });
    expect(fetched).toMatchObject({ reason, error: 'The image could not be fetched.', bytes: undefined });
    expect(fetched.tookMs).toBeLessThan(withinMs);
  });

  test('a listener that never speaks TLS, and a body slower than the whole time allows, end too', async () => {
    const host = `127.0.0.1:${silentPort}`;
    const mute = await aFetch(`https://${host}/a.jpg`, { allowed: [host], limits });
    expect([mute.bytes, mute.reason]).toEqual([undefined, 'connect timeout']);
    const slow = await aFetch(`${server.origin}/one-byte-a-while`, {
      allowed: [server.host],
      limits: { ...limits, totalMs: 500, minRateAfterMs: 60_000 },
    });
    expect(slow.bytes).toBeUndefined();
    expect(slow.tookMs).toBeLessThan(1_500);
  });

  test('without limits the same bodies do not end: it is the limits that end them', async () => {
    const leave = new AbortController();
    const open = { ...limits, idleMs: 60_000, totalMs: 60_000, minRateAfterMs: 60_000, maxBytes: 1e12 };
    const fetching = aFetch(`${server.origin}/one-byte-a-while`, {
      allowed: [server.host],
      limits: open,
      signal: leave.signal,
    });
    const first = await Promise.race([fetching, new Promise((resolve) => setTimeout(() => resolve('open'), 2_000))]);
    expect(first).toBe('open');
    leave.abort();
    expect((await fetching).bytes).toBeUndefined();
  });

  test('sixteen endless bodies of 64 MiB each cost no memory and leave no file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'attachments-'));
    const attachments = await openAttachments({
      objects: await openDiskStore(join(folder, 'objects')),
      staging: join(folder, 'incoming'),
      sources: plainSources([server.host]),
      decodeChild: builtDecoder,
      reclaim: async () => undefined,
      limits: fetchLimits,
    });
    const before = process.memoryUsage.rss();
    let most = 0;
    const sampling = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss());
    }, 10);
    try {
      const signal = AbortSignal.timeout(60_000);
      const endings = await Promise.allSettled(
        Array.from({ length: 16 }, (_, i) =>
          attachments.fetchImage('ten_a', `${server.origin}/endless`, signal).catch((error) => `${i} ${error.code}`),
        ),
      );
      expect(endings.map((each) => (each.status === 'fulfilled' ? each.value : ''))).toEqual(
        Array.from({ length: 16 }, (_, i) => `${i} attachment-unreachable`),
      );
      expect(await readdir(join(folder, 'incoming'))).toEqual([]);
      // A gigabyte went through this process, the sending server's buffers included.
      expect((most - before) / megabyte).toBeLessThan(192);
    } finally {
      clearInterval(sampling);
      await attachments.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('hostile pictures', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pictures-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const pathOf = async (bytes: Uint8Array) => {
    const path = join(folder, `${Math.random()}`);
    await writeFile(path, bytes);
    return path;
  };
  const never = new AbortController().signal;

  /** A PNG whose header claims a size that its pixels do not have. */
  function bomb(png: Buffer, widthPx: number, heightPx: number): Buffer {
    const bytes = Buffer.from(png);
    bytes.writeUInt32BE(widthPx, 16);
    bytes.writeUInt32BE(heightPx, 20);
    return bytes;
  }

  test('damaged, oversized and wrongly named pictures are refused, and good ones after them are decoded', async () => {
    const pool = openDecodePool({ childUrl: builtDecoder, processes: 1, timeoutMs: 10_000 });
    const [jpeg, png] = [await aJpeg({ widthPx: 300, heightPx: 200 }), await aPng({ widthPx: 300, heightPx: 200 })];
    const hostile: [Uint8Array, 'jpeg' | 'png' | 'gif' | 'tiff'][] = [
      [jpeg.subarray(0, jpeg.length / 2), 'jpeg'],
      [png.subarray(0, png.length / 2), 'png'],
      [bomb(png, 100_000, 100_000), 'png'],
      [bomb(png, 0, 5), 'png'],
      [jpeg, 'png'],
      [png, 'tiff'],
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'), 'png'],
      [Buffer.from('%PDF-1.7'), 'jpeg'],
      [Buffer.concat([jpeg.subarray(0, 20), Buffer.alloc(5_000, 0xff)]), 'jpeg'],
      [Buffer.alloc(0), 'gif'],
    ];
    try {
      for (const [at, [bytes, format]] of hostile.entries()) {
        expect(await pool.decode({ path: await pathOf(bytes), format }, never), `picture ${at}`).toBeUndefined();
      }
      expect(await pool.decode({ path: await pathOf(jpeg), format: 'jpeg' }, never)).toMatchObject({
        width: 300,
        height: 200,
      });
    } finally {
      await pool.close();
    }
  });

  test('hostile EXIF spoils no picture and says nothing that is no field', async () => {
    const pool = openDecodePool({ childUrl: builtDecoder, processes: 1, timeoutMs: 10_000 });
    const jpeg = await aJpeg({ widthPx: 40, heightPx: 30 });
    const text = (value: string) => Buffer.from(`${value}\0`);
    const ratio = (over: number, under: number) => Buffer.from(Uint32Array.of(over, under).buffer);
    const blocks: [string, Buffer, object][] = [
      [
        'well',
        anExifBlock([[271, 2, text('Canon')]], [[36867, 2, text('2024:05:01 10:00:00')]]),
        {
          ...{ camera_make: 'canon', capture_local: '2024-05-01T10:00:00' },
        },
      ],
      [
        'markup',
        anExifBlock([
          [271, 2, text('<script>')],
          [272, 2, text('"><img src=x>')],
        ]),
        { camera_make: 'other' },
      ],
      ['control characters', anExifBlock([[272, 2, text('EOS\u0007\u001b[31m 5D')]]), {}],
      ['an endless text', anExifBlock([[272, 2, Buffer.alloc(60_000, 0x61)]]), {}],
      ['more than there is', anExifBlock([[272, 2, Buffer.alloc(0), 0xffffffff]]), {}],
      [
        'no number',
        anExifBlock(
          [],
          [
            [33434, 5, ratio(0, 0)],
            [33437, 5, ratio(28, 0)],
            [34855, 3, Buffer.alloc(2)],
          ],
        ),
        {},
      ],
      ['another age', anExifBlock([], [[36867, 2, text('9999:99:99 99:99:99')]]), {}],
      ['a loop', anExifBlock([[0x8769, 4, Buffer.from(Uint32Array.of(8).buffer)]]), {}],
      ['a directory beyond the end', Buffer.concat([anExifBlock([]).subarray(0, 4), Buffer.alloc(4, 0xff)]), {}],
      ['other tags', anExifBlock([[315, 2, text('Jane Doe')]], [[0xa431, 2, text('SERIAL-1')]]), {}],
      ['rubbish', Buffer.from('II*\0rubbish'), {}],
      ['nothing', Buffer.alloc(0), {}],
    ];
    try {
      for (const [name, block, exif] of blocks) {
        const path = await pathOf(withExifBlock(jpeg, block));
        const decoded = await pool.decode({ path, format: 'jpeg' }, never);
        expect([decoded?.width, decoded?.exif], name).toEqual([40, exif]);
      }
      const tiff = await sharp(jpeg).tiff().toBuffer();
      const path = await pathOf(
        withTiffTags(tiff, [
          [271, 2, text('Canon')],
          [36867, 2, text('2024:05:01 10:00:00')],
        ]),
      );
      expect((await pool.decode({ path, format: 'tiff' }, never))?.exif).toMatchObject(blocks[0]?.[2] ?? {});
    } finally {
      await pool.close();
    }
  });

  test('a decoder that hangs is killed, one that crashes is replaced, and the next picture is still decoded', async () => {
    const child = join(folder, 'child.mjs');
    await writeFile(
      child,
      `process.on('message', ({ id, path }) => {
        if (path === 'hang') for (;;);
        if (path === 'crash') process.abort();
        process.send({ id, rssBytes: 1, decoded: { width: process.pid, height: 1, phash: '', blurhash: '' } });
      });`,
    );
    const pool = openDecodePool({ childUrl: new URL(`file://${child}`), processes: 1, timeoutMs: 700 });
    try {
      const decode = (path: string) => pool.decode({ path, format: 'jpeg' }, never);
      const [first, hung, second, crashed, third] = await Promise.all(['a', 'hang', 'b', 'crash', 'c'].map(decode));
      expect([hung, crashed]).toEqual([undefined, undefined]);
      expect(new Set([first?.width, second?.width, third?.width]).size).toBe(3);
    } finally {
      await pool.close();
    }
    expect(await pool.decode({ path: 'a', format: 'jpeg' }, never)).toBeUndefined();
  });
});
