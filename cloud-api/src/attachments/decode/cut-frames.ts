/** Cuts a video into pictures by the system's ffmpeg, in a process that is bounded in time, memory and what it may open. */
import { once } from 'node:events';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AppError } from '@nucleus/shared/failure/app-error';
import { fileTypeFromBuffer } from 'file-type';
import type { StagedFile } from '../store/stage-file.ts';
import { findProgram, startLimited } from './limited-program.ts';
import { splitJpegs } from './split-jpegs.ts';

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
  /** Of all frames together. */
  bytes: number;
  timeoutMs: number;
  /** Where the program is looked for, as PATH has folders. */
  searchPath: string;
}

export const cutLimits: CutLimits = {
  frames: 5_000,
  bytes: 4 * 1024 ** 3,
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
 * @throws AppError `attachment-refused` for what is no video, has too many or too large frames, or where there is no ffmpeg
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
  const ffmpeg = findProgram('ffmpeg', limits.searchPath);
  if (ffmpeg === undefined)
    throw refused('Videos are not cut on this server, which has no ffmpeg: send the frames and their frame_rate.');
  const rate = framesPerSecond === undefined ? ['-vsync', '0'] : ['-vf', `fps=${framesPerSecond}`];
  const command = [
    ...[ffmpeg, '-nostdin', '-hide_banner', '-loglevel', 'quiet', '-threads', '1'],
    ...['-protocol_whitelist', 'file', '-f', demuxer, '-i', 'file:/proc/self/fd/3'],
    ...['-map', '0:v:0', '-an', '-sn', '-dn', ...rate, '-frames:v', String(limits.frames + 1)],
    ...['-map_metadata', '-1', '-c:v', 'mjpeg', '-q:v', '2', '-f', 'image2pipe', 'pipe:1'],
  ];
  const target = await mkdtemp(join(folder, 'frames-'));
  const drop = () => rm(target, { recursive: true, force: true });
  try {
    const paths = await run(command, video, target, limits, signal);
    if (paths.length === 0) throw notCut();
    return { paths, drop };
  } catch (error) {
    await drop();
    throw error;
  }
}

const memoryKiB = 3 * 1024 * 1024;

/** Runs the program, which writes to a pipe alone: what becomes a file is counted here. */
async function run(
  command: readonly string[],
  video: StagedFile,
  target: string,
  limits: CutLimits,
  signal: AbortSignal,
): Promise<string[]> {
  const file = await open(video.path, 'r');
  const seconds = Math.ceil(limits.timeoutMs / 1000);
  const child = startLimited(command, file.fd, { memoryKiB, seconds });
  const stop = () => child.kill('SIGKILL');
  const timer = setTimeout(stop, limits.timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const ended = once(child, 'close') as Promise<[number | null]>;
  try {
    const paths = await keepFrames(child.stdout as Readable, target, limits);
    const [code] = await ended;
    if (code !== 0) throw notCut();
    return paths;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw notCut(error);
  } finally {
    stop();
    await ended.catch(() => undefined);
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    await file.close();
  }
}

async function keepFrames(pictures: Readable, target: string, limits: CutLimits): Promise<string[]> {
  const paths: string[] = [];
  let bytes = 0;
  for await (const picture of splitJpegs(pictures)) {
    bytes += picture.length;
    if (paths.length === limits.frames)
      throw refused(`The video has more than ${limits.frames} frames: send shorter scenes, or a lower frame_rate.`);
    if (bytes > limits.bytes)
      throw refused(`The frames of the video take more than ${limits.bytes} bytes: send shorter scenes.`);
    const path = join(target, `${String(paths.length).padStart(6, '0')}.jpg`);
    await writeFile(path, picture, { mode: 0o600 });
    paths.push(path);
  }
  return paths;
}

function notCut(cause?: unknown): AppError {
  return new AppError('attachment-refused', 'The video could not be cut into frames.', { cause });
}

function refused(message: string): AppError {
  return new AppError('attachment-refused', message);
}
