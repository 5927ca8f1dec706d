import { exifFacts } from '@nucleus/shared/exif/exif-facts';
import type { videoCodecs } from '@nucleus/shared/record/closed-lists';
import { roundToStep } from '@nucleus/shared/record/step';
import type { Input, InputVideoTrack, MetadataTags } from 'mediabunny';
import type { ExceptionCode } from '../record/exceptions.ts';
import type { Facts } from '../record/facts.ts';
import type { FileBytes } from './file-bytes.ts';

export type VideoFormat = 'mp4' | 'mov' | 'webm' | 'mkv';
type Codec = (typeof videoCodecs)[number];

const codecNames: Record<string, Codec> = {
  avc: 'h264',
  hevc: 'h265',
  av1: 'av1',
  vp8: 'vp8',
  vp9: 'vp9',
  prores: 'prores',
};
/** Sample entries and codec ids that the container library has no name for. */
const entryNames: Record<string, Codec> = {
  'mp4v': 'mpeg4',
  'V_MPEG4/ISO/SP': 'mpeg4',
  'V_MPEG4/ISO/ASP': 'mpeg4',
  'V_MPEG4/ISO/AP': 'mpeg4',
  'jpeg': 'mjpeg',
  'mjpa': 'mjpeg',
  'mjpb': 'mjpeg',
  'V_MJPEG': 'mjpeg',
};
/** EXIF's numbers for a clockwise turn. */
const orientationOfTurn: Record<number, number> = { 0: 1, 90: 6, 180: 3, 270: 8 };
/** A rate this close to a usual one is that one: times in Matroska are whole milliseconds. */
const usualRates = [
  ...[24, 30, 48, 60, 120, 240].flatMap((rate) => [(rate * 1000) / 1001, rate]),
  ...[15, 25, 50, 100, 200],
];
const rateSlack = 0.0005;
/** Packets whose times give the frame rate. */
const ratePackets = 240;

/**
 * Duration, frame rate, codec and dimensions as displayed of a video; its pictures are not decoded. Runs in a process that can be killed,
 * because containers can lead a reader in circles.
 */
export async function readVideo(
  bytes: FileBytes,
  format: VideoFormat,
  timeZone: string | undefined,
): Promise<{ kind: 'facts'; facts: Facts } | { kind: 'exception'; code: ExceptionCode }> {
  const { CustomSource, Input, MATROSKA, MP4, QTFF, WEBM } = await import('mediabunny');
  const source = new CustomSource({
    getSize: () => bytes.size,
    read: (start, end) => bytes.slice(start, end - start),
    maxCacheSize: 4 * 1024 * 1024,
  });
  const input = new Input({ source, formats: [MP4, QTFF, WEBM, MATROSKA] });
  try {
    const track = await input.getPrimaryVideoTrack();
    if (!track) return { kind: 'exception', code: (await input.canRead()) ? 'no-video' : 'undecodable' };
    const [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
    if (!isDimension(width) || !isDimension(height)) return { kind: 'exception', code: 'no-dimensions' };
    const fields: Facts['fields'] = {
      media_kind: 'video',
      format,
      status: 'no-pixels',
      orientation: orientationOfTurn[await track.getRotation()] ?? 1,
      codec: await codecOf(track),
    };
    const durationMs = Math.round((await durationOf(input)) * 1000);
    if (durationMs >= 0 && durationMs <= 1e9) fields.duration_ms = durationMs;
    const rate = await rateOf(track).catch(() => undefined);
    if (rate !== undefined) fields.frame_rate = rate;
    const tags = tagFacts(await input.getMetadataTags(), timeZone);
    return {
      kind: 'facts',
      facts: { width, height, noPixels: 'video', ...tags, fields: { ...tags.fields, ...fields } },
    };
  } catch {
    return { kind: 'exception', code: 'undecodable' };
  } finally {
    input.dispose();
  }
}

function isDimension(pixels: number): boolean {
  return Number.isInteger(pixels) && pixels >= 1 && pixels <= 1_000_000;
}

/** Seconds; NaN where the header says nothing and finding out would take more of the file than is read for it. */
async function durationOf(input: Input): Promise<number> {
  try {
    const told = await input.getDurationFromMetadata();
    // what is worked out is the time of the last frame's end, and the first one need not begin at zero
    return told ?? (await input.computeDuration()) - Math.max(0, await input.getFirstTimestamp());
  } catch {
    return Number.NaN;
  }
}

async function codecOf(track: InputVideoTrack): Promise<Codec> {
  const known = codecNames[(await track.getCodec()) ?? ''];
  if (known) return known;
  const entry = await track.getInternalCodecId();
  return entryNames[typeof entry === 'string' ? entry : ''] ?? 'other';
}

async function rateOf(track: InputVideoTrack): Promise<number | undefined> {
  const { packetCount, averagePacketRate } = await track.computePacketStats(ratePackets);
  if (packetCount < 2 || !Number.isFinite(averagePacketRate)) return undefined;
  const usual = usualRates.find((rate) => Math.abs(averagePacketRate - rate) / rate < rateSlack);
  const rate = roundToStep(usual ?? averagePacketRate, 0.001);
  return rate > 0 && rate <= 1000 ? rate : undefined;
}

/** Capture time, camera and position that phones write; the container's own creation time is that of writing, in nobody's known zone. */
function tagFacts({ raw = {} }: MetadataTags, timeZone: string | undefined): Pick<Facts, 'fields' | 'gps'> {
  const text = (key: string): string => (typeof raw[key] === 'string' ? raw[key] : '');
  const at = /^(.{10})[T ](.{8})(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(text('com.apple.quicktime.creationdate'));
  const exif = at && {
    DateTimeOriginal: `${at[1]} ${at[2]}`,
    OffsetTimeOriginal: at[3] === 'Z' ? '+00:00' : at[3],
  };
  const ifd0 = { Make: text('com.apple.quicktime.make'), Model: text('com.apple.quicktime.model') };
  const { fields } = exifFacts({ ifd0, ...(exif && { exif }) }, timeZone);
  const place = /^([+-]\d{2}(?:\.\d{1,9})?)([+-]\d{3}(?:\.\d{1,9})?)/.exec(
    text('com.apple.quicktime.location.ISO6709'),
  );
  const [lat, lon] = [Number(place?.[1]), Number(place?.[2])];
  const isPlace = Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat !== 0 || lon !== 0);
  return isPlace ? { fields, gps: { lat, lon } } : { fields };
}
