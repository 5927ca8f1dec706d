import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeWhere } from '../../../test/builders/describe-where.ts';
import { fileStat } from '../source/file-stat.ts';
import { previewFile } from './describe-file.ts';
import { findFfmpeg, ownNamespaces, runLimited } from './poster-frame.ts';

const limits = { maxPixels: 1e8, maxFileBytes: 1e9, timeoutMs: 20_000, videoPosters: true };
let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'poster-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function preview(path: string, over: Partial<typeof limits> = {}) {
  const expected = fileStat(statSync(join(root, path)));
  const request = { root, path: Buffer.from(path), expected, widthPx: 256, format: 'webp' as const };
  return previewFile(request, { ...limits, ...over });
}

describeWhere(findFfmpeg() !== undefined, 'ffmpeg', 'a preview of a video', () => {
  /** 320 x 180: black for 0.6 s, then blue. */
  function aFilm(name: string, seconds: number, filter = 'null'): string {
    const [black, blue] = [Math.min(0.6, seconds), Math.max(0.1, seconds - 0.6)];
    const graph = `color=black:s=320x180:r=10:d=${black}[a];color=blue:s=320x180:r=10:d=${blue}[b];[a][b]concat,${filter}`;
    const args = ['-filter_complex', graph, '-t', String(seconds), '-c:v', 'mpeg4', '-y', join(root, name)];
    const made = spawnSync(findFfmpeg() ?? '', ['-nostdin', '-loglevel', 'error', ...args], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(made.stderr);
    return name;
  }
  async function look(name: string): Promise<{ size: number[]; colour: 'blue' | 'black' | number[] }> {
    const made = await preview(name);
    if (made.kind !== 'preview') throw new Error(made.code);
    const { width = 0, height = 0 } = await sharp(made.bytes).metadata();
    const { dominant, channels } = await sharp(made.bytes).stats();
    const means = channels.map(({ mean }) => mean);
    const isDark = means.every((mean) => mean < 30);
    return {
      size: [width, height],
      colour: isDark ? 'black' : dominant.b > 200 && dominant.r < 60 ? 'blue' : means,
    };
  }

  test.each(['a.mp4', 'a.mov', 'a.mkv'])('%s is a frame from behind its black opening', async (name) => {
    expect(await look(aFilm(name, 2))).toEqual({ size: [256, 144], colour: 'blue' });
  });
  test('shorter than that opening is its first frame', async () => {
    expect(await look(aFilm('short.mp4', 0.4))).toEqual({ size: [256, 144], colour: 'black' });
  });
  test('whose pixels are not square is as wide as it is displayed', async () => {
    expect((await look(aFilm('wide.mp4', 2, 'setsar=2/1'))).size).toEqual([256, 72]);
  });
  test('is not made where that is switched off, nor of what is damaged', async () => {
    aFilm('b.mp4', 2);
    expect(await preview('b.mp4', { videoPosters: false })).toEqual({ kind: 'exception', code: 'unsupported-format' });
    truncateSync(join(root, 'b.mp4'), 200);
    expect(await preview('b.mp4')).toEqual({ kind: 'exception', code: 'undecodable' });
  });
  test('does not follow what a playlist names, though it begins like a video', async () => {
    aFilm('secret.mp4', 2);
    const list = `ffconcat version 1.0\nfile '${join(root, 'secret.mp4')}'\n`;
    const head = readFileSync(join(root, 'secret.mp4')).subarray(0, 32);
    writeFileSync(join(root, 'list.mp4'), Buffer.concat([head, Buffer.from(list)]));
    expect((await preview('list.mp4')).kind).toBe('exception');
    // the control: the same program, not told what it reads, does open the other file
    writeFileSync(join(root, 'list.txt'), list);
    const open = spawnSync(findFfmpeg() ?? '', [
      '-nostdin',
      '-loglevel',
      'quiet',
      '-safe',
      '0',
      '-i',
      join(root, 'list.txt'),
      '-frames:v',
      '1',
      '-f',
      'image2pipe',
      '-c:v',
      'png',
      'pipe:1',
    ]);
    expect(open.stdout.length).toBeGreaterThan(0);
  });
});

describe('the limits of such a program', () => {
  const run = async (script: string, timeoutMs = 5000): Promise<string | undefined> => {
    const fd = openSync('/dev/null', 'r');
    try {
      return (await runLimited(['/bin/sh', '-c', script], fd, timeoutMs))?.toString();
    } finally {
      closeSync(fd);
    }
  };
  test('are set, and it has no environment and none of our descriptors but one', async () => {
    expect(await run('ulimit -v; ulimit -t; ulimit -f; ulimit -c')).toBe('2097152\n6\n0\n0\n');
    process.env.POSTER_SECRET = 'secret';
    expect(await run('export -p; echo .')).not.toContain('secret');
    delete process.env.POSTER_SECRET;
    expect(await run('for fd in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$fd ] && echo $fd; done; :')).toBe(
      '0\n1\n2\n3\n',
    );
  });
  test('let it write no file; without them it would', async () => {
    const [limited, free] = ['limited', 'free'].map((name) => join(root, name)) as [string, string];
    await run(`echo leak > ${limited}; echo .`);
    expect(existsSync(limited) ? readFileSync(limited, 'utf8') : '').toBe('');
    spawnSync('/bin/sh', ['-c', `echo leak > ${free}`]);
    expect(readFileSync(free, 'utf8')).toBe('leak\n');
  });
  test('end one that takes too long', async () => {
    expect(await run('echo begun; while :; do :; done', 300)).toBeUndefined();
  });
  test('need two kinds of namespaces, which the systemd unit allows, and no others', () => {
    const unit = readFileSync(new URL('../../systemd/nucleus-agent.service', import.meta.url), 'utf8');
    expect(/^RestrictNamespaces=(.*)$/m.exec(unit)?.[1]?.split(' ')).toEqual(ownNamespaces);
    expect(unit).toMatch(/^NoNewPrivileges=yes$/m);
  });
  const canIsolate = spawnSync('unshare', ['--user', '--map-root-user', '--net', 'true']).status === 0;
  describeWhere(canIsolate, 'user namespaces', 'where the system allows it', () => {
    test('leave it a network without a device that is up', async () => {
      const devices = (text = ''): string[] => [...text.matchAll(/^\s*(\S+):/gm)].map(([, name]) => name ?? '');
      expect(devices(await run('cat /proc/net/dev'))).toEqual(['lo']);
      expect(await run('cat /proc/net/route; echo .')).not.toMatch(/\n\S+\s+[0-9A-F]{8}/);
    });
  });
});
