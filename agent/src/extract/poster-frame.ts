import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import type { VideoFormat } from './read-video.ts';

/**
 * One frame of a video by the system's ffmpeg; none is shipped. The program gets one descriptor and a pipe: no environment, no protocol
 * but files, a network namespace of its own where the system allows one, no right to write a file, and limits of memory and time.
 * What comes out of it is a picture that the decoder checks like any other.
 */

/** Where systems install programs. PATH is whatever started the agent, so it is not asked. */
const folders = ['/usr/bin', '/usr/local/bin', '/bin'];
/** Longer edge of the frame: that of the largest preview. */
const edgePx = 2048;
const maxOutputBytes = 64 * 1024 * 1024;
const maxMemoryKib = 2 * 1024 * 1024;
/** Openings are often black, so a frame is first looked for here. */
const firstLookSeconds = 1;
/** Named, so that nothing is ever read as a list of other files. */
const demuxers: Record<VideoFormat, string> = { mp4: 'mov', mov: 'mov', webm: 'matroska', mkv: 'matroska' };

/** Path of the system's ffmpeg, if there is one and a shell to limit it with. */
export function findFfmpeg(): string | undefined {
  return findProgram('sh') === undefined ? undefined : findProgram('ffmpeg');
}

function findProgram(name: string): string | undefined {
  return folders
    .map((folder) => `${folder}/${name}`)
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * A frame near the beginning as PNG, as large as it is displayed but no larger than a preview; undefined when none can be had.
 * @param fd of the video, open for reading.
 */
export async function posterFrame(
  ffmpeg: string,
  fd: number,
  format: VideoFormat,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  const until = performance.now() + timeoutMs;
  for (const seconds of [firstLookSeconds, 0]) {
    const leftMs = until - performance.now();
    if (leftMs <= 0) return undefined;
    const frame = await runLimited([ffmpeg, ...frameArguments(format, seconds)], fd, leftMs);
    if (frame !== undefined) return frame;
  }
  return undefined;
}

function frameArguments(format: VideoFormat, seconds: number): string[] {
  const quiet = ['-nostdin', '-hide_banner', '-loglevel', 'quiet', '-threads', '1', '-filter_threads', '1'];
  const from = [
    '-protocol_whitelist',
    'file',
    '-f',
    demuxers[format],
    '-ss',
    String(seconds),
    '-i',
    'file:/proc/self/fd/3',
  ];
  // pixels of a video need not be square
  const square = String.raw`scale=w=trunc(iw*max(sar\,1)):h=trunc(ih/min(sar\,1)),setsar=1`;
  const small = String.raw`scale=w=min(iw\,${edgePx}):h=min(ih\,${edgePx}):force_original_aspect_ratio=decrease`;
  const frame = ['-map', '0:v:0', '-frames:v', '1', '-vf', `${square},${small}`, '-pix_fmt', 'rgb24'];
  return [...quiet, ...from, ...frame, '-f', 'image2pipe', '-c:v', 'png', 'pipe:1'];
}

/**
 * Runs a program on a descriptor (its own number 3) within the limits. Resolves with what it printed, or undefined when it failed, said
 * nothing, said too much or took too long.
 */
export function runLimited(command: readonly string[], fd: number, timeoutMs: number): Promise<Buffer | undefined> {
  const cpuSeconds = Math.ceil(timeoutMs / 1000) + 1;
  // the shell sets the limits and becomes the program
  const limits = { c: 0, f: 0, n: 64, t: cpuSeconds, v: maxMemoryKib };
  const script = `${Object.entries(limits)
    .map(([name, most]) => `ulimit -${name} ${most}`)
    .join(' && ')} && exec "$@"`;
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', script, 'sh', ...withoutNetwork(), ...command], {
      cwd: '/',
      env: {},
      stdio: ['ignore', 'pipe', 'ignore', fd],
      timeout: Math.ceil(timeoutMs),
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxOutputBytes) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    child.on('error', () => resolve(undefined));
    child.on('close', (code) => resolve(code === 0 && bytes > 0 ? Buffer.concat(chunks) : undefined));
  });
}

let namespace: string[] | undefined;
/** What `unshare` makes new. The systemd unit allows these kinds of namespaces and no others. */
export const ownNamespaces = ['user', 'net'] as const;

/** What gives a program a network without a device in it; nothing where the system does not allow that. */
function withoutNetwork(): string[] {
  if (namespace) return namespace;
  const unshare = findProgram('unshare');
  const isolating = [...ownNamespaces.map((kind) => `--${kind}`), '--map-root-user', '--'];
  const isAllowed =
    unshare !== undefined &&
    spawnSync(unshare, [...isolating, '/bin/sh', '-c', ':'], { env: {}, stdio: 'ignore', timeout: 2000 }).status === 0;
  namespace = isAllowed ? [unshare, ...isolating] : [];
  return namespace;
}
