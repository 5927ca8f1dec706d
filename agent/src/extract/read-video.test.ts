import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aVideo, type VideoOptions } from '../../../test/builders/a-video.ts';
import type { Facts } from '../record/facts.ts';
import { fileStat } from '../source/file-stat.ts';
import { describeFile } from './describe-file.ts';

const limits = { maxPixels: 1e8, maxFileBytes: 1e9, timeoutMs: 10_000 };
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'video-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function factsOf(bytes: Buffer): Promise<Facts> {
  const path = 'file.bin'; // the name says nothing: the bytes do
  writeFileSync(join(root, path), bytes);
  const expected = fileStat(statSync(join(root, path)));
  const described = await describeFile({ root, path: Buffer.from(path), expected }, limits, Buffer.alloc(32));
  if (described.kind !== 'facts') throw new Error(described.kind === 'exception' ? described.code : described.kind);
  return described.facts;
}

describe('a video', () => {
  const base: VideoOptions = {
    ...{ container: 'mp4', codec: 'avc', widthPx: 320, heightPx: 180 },
    ...{ framesPerSecond: 25, frames: 50 },
  };
  test.each<[Partial<VideoOptions>, Facts['fields']]>([
    [{}, { format: 'mp4', codec: 'h264', frame_rate: 25 }],
    [{ container: 'mov' }, { format: 'mov', codec: 'h264', frame_rate: 25 }],
    [
      { container: 'webm', codec: 'vp9' },
      { format: 'webm', codec: 'vp9', frame_rate: 25 },
    ],
    [
      { container: 'mkv', codec: 'vp8', framesPerSecond: 50, frames: 100 },
      { format: 'mkv', codec: 'vp8', frame_rate: 50 },
    ],
  ])('%o tells duration, frame rate, codec and dimensions', async (over, fields) => {
    const facts = await factsOf(await aVideo({ ...base, ...over }));
    expect(facts).toEqual({
      ...{ width: 320, height: 180, noPixels: 'video' },
      fields: { media_kind: 'video', status: 'no-pixels', orientation: 1, duration_ms: 2000, ...fields },
    });
  });

  test.each([
    [90, 6, 180, 320],
    [180, 3, 320, 180],
    [270, 8, 180, 320],
  ] as const)(
    'turned by %i degrees has orientation %i and is %i by %i',
    async (rotation, orientation, width, height) => {
      for (const container of ['mp4', 'mov'] as const) {
        const facts = await factsOf(await aVideo({ ...base, container, rotation }));
        expect([facts.fields.orientation, facts.width, facts.height]).toEqual([orientation, width, height]);
      }
    },
  );

  test('of a rate that is no whole number keeps three decimals, also where times are milliseconds', async () => {
    const ntsc = { framesPerSecond: 30_000 / 1001, frames: 300 };
    for (const container of ['mp4', 'mkv'] as const) {
      expect((await factsOf(await aVideo({ ...base, ...ntsc, container }))).fields.frame_rate).toBe(29.97);
    }
  });

  test('tells when and where a phone took it', async () => {
    const tags = {
      'com.apple.quicktime.creationdate': '2024-05-06T07:08:09+0200',
      'com.apple.quicktime.make': 'Apple',
      'com.apple.quicktime.location.ISO6709': '+60.5000-024.2500+012.3/',
    };
    const facts = await factsOf(await aVideo({ ...base, container: 'mov', tags }));
    expect(facts.gps).toEqual({ lat: 60.5, lon: -24.25 });
    expect(facts.fields).toMatchObject({
      capture_local: '2024-05-06T07:08:09',
      capture_time: '2024-05-06T05:08:09Z',
      camera_make: 'apple',
    });
  });

  test('that breaks off in its header is an exception', async () => {
    const whole = await aVideo(base);
    await expect(factsOf(whole.subarray(0, 60))).rejects.toThrow(/undecodable|no-video/);
  });
});
