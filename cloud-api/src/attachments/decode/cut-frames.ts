/** Cuts a video into pictures by the system's ffmpeg, in a process that is bounded in time, memory and what it may open. */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@nucleus/shared/failure/app-error';
import { fileTypeFromBuffer } from 'file-type';
import type { StagedFile } from '../store/stage-file.ts';

/** Containers by what file-type calls them, with the one demuxer that may read each: none of these follows names of other files. */
const demuxers: Readonly<Record<string, string>> = {
  mp4: 'mov',
  mov: 'mov',
  m4v: 'mov',
  webm: 'matroska',
  mkv: 'matroska',
};

export interface CutLimits {
  frames: number;
  timeoutMs: number;
  /** Where the program is looked for. */
  searchPath: string;
}

export const cutLimits: CutLimits = {
  frames: 5_000,
  timeoutMs: 10 * 60_000,
  searchPath: '/usr/local/bin:/usr/bin:/bin',
};

/** Pictures of a video in a folder that {@link CutVideo.drop} removes. */
export interface CutVideo {
  /** JPEG files in order. */
  paths: string[];
  drop: () => Promise<void>;
}

/**
 * @param framesPerSecond how many pictures of each second are kept; undefined for every one
 * @throws AppError `attachment-refused` for what is no video, has too many frames, or where there is no ffmpeg
 */
export async function cutFrames(
  folder: string,
  video: StagedFile,
  framesPerSecond: number | undefined,
  limits: CutLimits,
  signal: AbortSignal,
): Promise<CutVideo> {
  const container = await fileTypeFromBuffer(video.head).catch(() => undefined);
  const demuxer = demuxers[container?.ext ?? ''];
  if (demuxer === undefined) throw refused('The file is not a video that can be read (MP4, MOV, WebM or MKV).');
  const target = await mkdtemp(join(folder, 'frames-'));
  const drop = () => rm(target, { recursive: true, force: true });
  try {
    const rate = framesPerSecond === undefined ? ['-vsync', '0'] : ['-vf', `fps=${framesPerSecond}`];
    const code = await run(
      [
        ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-threads', '1'],
        ...['-protocol_whitelist', 'file', '-f', demuxer, '-i', `file:${video.path}`],
        ...['-map', '0:v:0', '-an', '-sn', '-dn', ...rate, '-frames:v', String(limits.frames + 1)],
        ...['-map_metadata', '-1', '-c:v', 'mjpeg', '-q:v', '2', '-f', 'image2', `file:${join(target, '%06d.jpg')}`],
      ],
      limits,
      signal,
    );
    if (code === 'missing') {
      throw refused('Videos are not cut on this server, which has no ffmpeg: send the frames and their frame_rate.');
    }
    const names = (await readdir(target)).toSorted();
    if (names.length > limits.frames)
      throw refused(`The video has more than ${limits.frames} frames: send shorter scenes, or a lower frame_rate.`);
    if (code !== 0 || names.length === 0) throw refused('The video could not be cut into frames.');
    return { paths: names.map((name) => join(target, name)), drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

const memoryKiB = 3 * 1024 * 1024;
const fileBlocks = 256 * 1024; // of 512 bytes: no picture is larger than 128 MiB

/** Its exit code; `missing` without a program of that name, null when it was killed. */
function run(
  args: readonly string[],
  { timeoutMs, searchPath }: CutLimits,
  signal: AbortSignal,
): Promise<number | null | 'missing'> {
  return new Promise((resolve, reject) => {
    // The shell sets limits that the program cannot lift, and becomes it.
    const limits = `ulimit -v ${memoryKiB}; ulimit -f ${fileBlocks}; ulimit -t ${Math.ceil(timeoutMs / 1000)}`;
    const child = spawn('/bin/sh', ['-c', `${limits}; exec ffmpeg "$@"`, 'ffmpeg', ...args], {
      // Nothing of the cloud's environment, where keys may be.
      env: { PATH: searchPath, MALLOC_ARENA_MAX: '2' },
      stdio: 'ignore',
    });
    const stop = () => child.kill('SIGKILL');
    const timer = setTimeout(stop, timeoutMs);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      settle();
    };
    child.once('error', (error: NodeJS.ErrnoException) =>
      end(() => (error.code === 'ENOENT' ? resolve('missing') : reject(error))),
    );
    // 127 is how a shell says that there is no such program.
    child.once('close', (code) => end(() => resolve(code === 127 ? 'missing' : code)));
  });
}

function refused(message: string): AppError {
  return new AppError('attachment-refused', message);
}
