import { cameraMakes, videoCodecs } from './closed-lists.ts';
import type { Level } from './levels.ts';

/** What a field can hold. Every kind is closed: there is no free text without a byte cap and no number without a range. */
export type FieldShape =
  | { kind: 'integer'; min: number; max: number }
  | { kind: 'decimal'; min: number; max: number; step: number }
  | { kind: 'enum'; values: readonly string[] }
  /** `alphabet ** freeChars` is an upper bound of what the pattern lets through, for the capacity computer. */
  | { kind: 'pattern'; pattern: RegExp; maxBytes: number; alphabet?: number; freeChars?: number }
  | { kind: 'text'; maxBytes: number };

/** One outgoing field of a record's metadata. */
export interface FieldSpec {
  level: Level;
  shape: FieldShape;
  /** Bits made from pixels that this field can carry; 0 for facts of the file, its name or its EXIF. */
  pixelBits: number;
  /** What it is, for people; shown by `plan`, the viewer and the privacy report. */
  about: string;
}

const maxInteger = Number.MAX_SAFE_INTEGER;
const day = /^(19[7-9]\d|20\d\d|2100)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;
const localTime = /^(19[7-9]\d|20\d\d|2100)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d$/;
const zonedTime = /^(19[7-9]\d|20\d\d|2100)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const color: FieldShape = { kind: 'pattern', pattern: /^#[0-9a-f]{6}$/, maxBytes: 7, alphabet: 16, freeChars: 6 };
const quality: FieldShape = { kind: 'integer', min: 0, max: 15 };

const minimal = (shape: FieldShape, about: string): FieldSpec => ({ level: 'minimal', shape, pixelBits: 0, about });
const standard = (shape: FieldShape, about: string, pixelBits = 0): FieldSpec => ({
  level: 'standard',
  shape,
  pixelBits,
  about,
});
const rich = (shape: FieldShape, about: string, pixelBits = 0): FieldSpec => ({
  level: 'rich',
  shape,
  pixelBits,
  about,
});

/** The metadata of a record: names, types and levels never change type (contract 3). */
export const recordFields = {
  source: minimal({ kind: 'pattern', pattern: /^[a-z0-9-]{1,32}$/, maxBytes: 32 }, 'alias of the source'),
  media_kind: minimal({ kind: 'enum', values: ['image', 'video'] }, 'image or video'),
  format: minimal(
    {
      kind: 'enum',
      values: ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif', 'heic', 'bmp', 'raw', 'mp4', 'mov', 'webm', 'mkv'],
    },
    'format found in the bytes, not in the name',
  ),
  status: minimal({ kind: 'enum', values: ['ok', 'no-pixels'] }, 'whether descriptors could be made'),
  orientation: minimal({ kind: 'integer', min: 1, max: 8 }, 'EXIF orientation as stored'),
  byte_size_bucket: minimal({ kind: 'integer', min: 0, max: 255 }, 'floor(4 log2(bytes))'),
  content_hash: minimal(
    { kind: 'pattern', pattern: /^[0-9a-f]{32}$/, maxBytes: 32 },
    'HMAC-SHA-256 of the bytes under a key that never leaves; says only which files are equal',
  ),
  ingest_day: minimal({ kind: 'pattern', pattern: day, maxBytes: 10 }, 'day first catalogued, UTC'),
  name: standard({ kind: 'text', maxBytes: 1024 }, 'relative path'),
  byte_size: standard({ kind: 'integer', min: 0, max: maxInteger }, 'bytes'),
  frame_count: standard({ kind: 'integer', min: 1, max: 65_535 }, 'frames or pages'),
  capture_local: standard({ kind: 'pattern', pattern: localTime, maxBytes: 19 }, 'capture time on the camera’s clock'),
  capture_time: standard(
    { kind: 'pattern', pattern: zonedTime, maxBytes: 20 },
    'capture time in UTC, where the offset is known',
  ),
  exposure_us: standard({ kind: 'integer', min: 1, max: 3_600_000_000 }, 'exposure time, microseconds'),
  iso: standard({ kind: 'integer', min: 1, max: 4_000_000 }, 'ISO speed'),
  f_number: standard({ kind: 'decimal', min: 0.5, max: 128, step: 0.1 }, 'aperture'),
  focal_length_mm: standard({ kind: 'decimal', min: 0.1, max: 5000, step: 0.1 }, 'focal length, millimetres'),
  camera_make: standard({ kind: 'enum', values: cameraMakes }, 'maker, from a shipped list, else other'),
  camera_model: standard(
    { kind: 'pattern', pattern: /^[a-z0-9][a-z0-9 .+/_-]{0,39}$/, maxBytes: 40 },
    'camera model, lower case',
  ),
  brightness: standard(quality, 'mean luma, 16 steps', 4),
  contrast: standard(quality, 'spread of luma, 16 steps', 4),
  sharpness: standard(quality, 'strength of edges, 16 steps', 4),
  entropy: standard(quality, 'entropy of luma, 16 steps', 4),
  mean_color: standard(color, 'mean colour', 24),
  blurhash: standard(
    {
      kind: 'pattern',
      pattern: /^L[0-9A-Za-z#$%*+,\-.:;=?@[\]^_{|}~]{27}$/,
      maxBytes: 28,
      alphabet: 83,
      freeChars: 27,
    },
    'blurhash of 4 by 3 components: a very small picture',
    178,
  ),
  duration_ms: standard({ kind: 'integer', min: 0, max: 1_000_000_000 }, 'duration, milliseconds'),
  frame_rate: standard({ kind: 'decimal', min: 0, max: 1000, step: 0.001 }, 'frames a second'),
  codec: standard({ kind: 'enum', values: videoCodecs }, 'video codec'),
  lat: rich({ kind: 'decimal', min: -90, max: 90, step: 0.000001 }, 'latitude of the centre of a grid cell'),
  lon: rich({ kind: 'decimal', min: -180, max: 180, step: 0.000001 }, 'longitude of the centre of a grid cell'),
  palette_1: rich(color, 'first palette colour', 24),
  palette_2: rich(color, 'second palette colour', 24),
  palette_3: rich(color, 'third palette colour', 24),
  palette_4: rich(color, 'fourth palette colour', 24),
  palette_5: rich(color, 'fifth palette colour', 24),
} as const satisfies Record<string, FieldSpec>;

export type RecordField = keyof typeof recordFields;

/** The perceptual hash stands beside the metadata, as Nucleus has it. */
export const phashField: FieldSpec = standard(
  { kind: 'pattern', pattern: /^[01]{64}$/, maxBytes: 64, alphabet: 2, freeChars: 64 },
  'perceptual hash: a very small picture of the luma',
  64,
);

/** Custom fields of sidecar files at level rich: `x_` and a key. */
export const customFieldKey = /^x_[a-z][a-z0-9_]{0,30}$/;
export const customFieldLimit = 32;
export const customFieldMaxBytes = 256;

/** Whether a metadata key belongs to the agent in datasets that an agent is bound to. */
export function isReservedField(key: string): boolean {
  return Object.hasOwn(recordFields, key) || key.startsWith('x_');
}
