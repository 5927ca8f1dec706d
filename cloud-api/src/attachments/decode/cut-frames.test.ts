import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { aTempFolder } from '../../../../test/builders/a-temp-folder.ts';
import { aVideo } from '../../../../test/builders/a-video.ts';
import { describeWhere } from '../../../../test/builders/describe-where.ts';
import { sniffBytes } from '../check/sniff-image.ts';
import { stageFile } from '../store/stage-file.ts';
import { cutFrames, cutLimits } from './cut-frames.ts';
import { startLimited } from './limited-program.ts';

const isHere = spawnSync('ffmpeg', ['-version']).status === 0;
const never = new AbortController().signal;
const stage = async (bytes: Uint8Array | string) => {
  const folder = await aTempFolder();
  await writeFile(join(folder, 'in'), bytes);
  const video = await stageFile(folder, createReadStream(join(folder, 'in')), sniffBytes);
  return {
    folder,
    video,
    cut: (over = {}, rate?: number, signal = never) =>
      cutFrames(folder, video, rate, { ...cutLimits, ...over }, signal),
  };
};
const playlist = '#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n';

test('without the program videos are refused with what to do instead', async () => {
  const { folder, cut } = await stage(
    await aVideo({ container: 'mp4', codec: 'avc', widthPx: 8, heightPx: 8, framesPerSecond: 5, frames: 2 }),
  );
  await expect(cut({ searchPath: folder })).rejects.toMatchObject({
    code: 'attachment-refused',
    message: expect.stringContaining('send the frames'),
  });
  expect((await readdir(folder)).filter((name) => name.startsWith('frames-'))).toEqual([]);
});

test.each([
  ['a playlist', playlist],
  ['a text', 'hello'],
  ['nothing', ''],
])('%s is no video', async (_name, bytes) => {
  const { cut } = await stage(bytes);
  await expect(cut()).rejects.toMatchObject({ message: expect.stringContaining('is not a video') });
});

describeWhere(isHere, 'ffmpeg', 'cutting', () => {
  const real = () =>
    execFileSync('ffmpeg', [
      ...['-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', 'testsrc=size=64x48:rate=10:duration=1'],
      ...['-c:v', 'mpeg4', '-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov', 'pipe:1'],
    ]);

  test('every frame, or as many a second as asked for, and nothing is left afterwards', async () => {
    const { folder, cut } = await stage(real());
    const all = await cut();
    expect(all.paths).toHaveLength(10);
    expect((await readFile(all.paths[9] ?? '')).subarray(0, 2).toString('hex')).toBe('ffd8');
    await all.drop();
    const few = await cut({}, 2);
    expect(few.paths).toHaveLength(2);
    await few.drop();
    expect((await readdir(folder)).filter((name) => name.startsWith('frames-'))).toEqual([]);
  });

  test('too many frames, a stop, the time limit and frames that are none end it with a sentence', async () => {
    const { folder, cut } = await stage(real());
    await expect(cut({ frames: 3 })).rejects.toMatchObject({ message: expect.stringContaining('more than 3 frames') });
    await expect(cut({ bytes: 1_000 })).rejects.toMatchObject({
      message: expect.stringContaining('more than 1000 bytes'),
    });
    await expect(cut({ timeoutMs: 1 })).rejects.toMatchObject({ code: 'attachment-refused' });
    await expect(cut({}, undefined, AbortSignal.abort())).rejects.toMatchObject({ code: 'attachment-refused' });
    const junk = await stage(
      await aVideo({ container: 'mp4', codec: 'avc', widthPx: 8, heightPx: 8, framesPerSecond: 5, frames: 2 }),
    );
    await expect(junk.cut()).rejects.toMatchObject({ message: 'The video could not be cut into frames.' });
    expect((await readdir(folder)).filter((name) => name.startsWith('frames-'))).toEqual([]);
  });
});

describe('the limits of such a program', () => {
  const run = async (script: string): Promise<string> => {
    const file = await open('/dev/null', 'r');
    try {
      const child = startLimited(['/bin/sh', '-c', script], file.fd, { memoryKiB: 1_000_000, seconds: 7 });
      const said = await text(child.stdout as Readable);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
      return said;
    } finally {
      await file.close();
    }
  };
  test('are set, and it has nothing of our environment', async () => {
    process.env.CUT_SECRET = 'secret';
    expect(await run('ulimit -v; ulimit -t; ulimit -f; ulimit -c; export -p')).toMatch(/^1000000\n7\n0\n0\n/);
    expect(await run('export -p')).not.toContain('secret');
    delete process.env.CUT_SECRET;
  });
  test('let it write no file; without them it would', async () => {
    const folder = await aTempFolder();
    await run(`echo leak > ${folder}/limited; echo .`);
    expect(await readFile(join(folder, 'limited'), 'utf8').catch(() => '')).toBe('');
    spawnSync('/bin/sh', ['-c', `echo leak > ${folder}/free`]);
    expect(await readFile(join(folder, 'free'), 'utf8')).toBe('leak\n');
  });
  const canIsolate = spawnSync('unshare', ['--user', '--map-root-user', '--net', 'true']).status === 0;
  describeWhere(canIsolate, 'user namespaces', 'where the system allows it', () => {
    test('leave it a network without a device that is up', async () => {
      const devices = [...(await run('cat /proc/net/dev')).matchAll(/^\s*(\S+):/gm)].map(([, name]) => name);
      expect(devices).toEqual(['lo']);
    });
  });
});
