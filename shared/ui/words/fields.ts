/** How the fields of a record are grouped, named and written for people. Pure. */
import { isReservedField, type RecordField, recordFields } from '@nucleus/shared/record/fields';
import { bytes, count, duration } from './quantities.ts';

type Json = unknown;

/** One line of a metadata list. `color` is set for values that are a colour. */
export interface FieldLine {
  field: string;
  label: string;
  value: string;
  mono: boolean;
  color?: string;
  /** What the field is, for the tooltip. */
  about?: string;
}
export interface FieldGroup {
  title: string;
  lines: FieldLine[];
}

const groups: readonly (readonly [string, readonly RecordField[]])[] = [
  [
    'Picture',
    [
      'format',
      'media_kind',
      'byte_size',
      'byte_size_bucket',
      'orientation',
      'frame_count',
      'duration_ms',
      'frame_rate',
      'codec',
      'status',
    ],
  ],
  ['Captured', ['capture_local', 'capture_time', 'lat', 'lon']],
  ['Camera', ['camera_make', 'camera_model', 'f_number', 'exposure_us', 'iso', 'focal_length_mm']],
  [
    'Measured on the agent',
    [
      'brightness',
      'contrast',
      'sharpness',
      'entropy',
      'mean_color',
      'palette_1',
      'palette_2',
      'palette_3',
      'palette_4',
      'palette_5',
      'blurhash',
    ],
  ],
  ['Identity', ['source', 'name', 'content_hash', 'ingest_day']],
];

const labels: Partial<Record<RecordField, string>> = {
  byte_size: 'Size on disk',
  byte_size_bucket: 'Size bucket',
  capture_local: 'Local time',
  capture_time: 'UTC',
  lat: 'Latitude',
  lon: 'Longitude',
  f_number: 'Aperture',
  exposure_us: 'Exposure',
  iso: 'ISO',
  focal_length_mm: 'Focal length',
  camera_make: 'Maker',
  camera_model: 'Model',
  mean_color: 'Mean colour',
  duration_ms: 'Duration',
  ingest_day: 'First catalogued',
};

const sentenceCase = (field: string): string => {
  const words = field.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Exposure as cameras show it: `1/800 s`, `2.5 s`. */
export function exposure(us: number): string {
  if (us >= 300_000) return `${Math.round(us / 100_000) / 10} s`;
  return `1/${count(Math.round(1_000_000 / us))} s`;
}

function written(field: RecordField, value: Json): string {
  if (typeof value !== 'number') return text(value);
  switch (field) {
    case 'byte_size':
      return value < 1000 ? bytes(value) : `${bytes(value)} (${count(value)})`;
    case 'byte_size_bucket':
      return `${bytes(2 ** (value / 4))} to ${bytes(2 ** ((value + 1) / 4))}`;
    case 'exposure_us':
      return exposure(value);
    case 'f_number':
      return `f/${value}`;
    case 'focal_length_mm':
      return `${value} mm`;
    case 'duration_ms':
      return value < 60_000 ? `${value / 1000} s` : duration(value / 1000);
    case 'frame_rate':
      return `${value} a second`;
    case 'brightness':
    case 'contrast':
    case 'sharpness':
    case 'entropy':
      return `${value} of 15`;
    default:
      return String(value);
  }
}

/** The value of a field as a list writes it, in as few characters as say it; empty for none. */
export function fieldText(field: string, value: Json): string {
  if (value === null || value === undefined) return '';
  if (field === 'byte_size' && typeof value === 'number') return bytes(value);
  if (/^capture_(local|time)$/.test(field) && typeof value === 'string')
    return value.replace('T', ' ').replace(/:\d\d(Z?)$/, '$1');
  return Object.hasOwn(recordFields, field) ? written(field as RecordField, value) : text(value);
}

/** A JSON value on one line. */
function text(value: Json): string {
  if (typeof value === 'string') return value;
  return JSON.stringify(value) ?? '';
}

const monospaced = new Set<RecordField>([
  'content_hash',
  'blurhash',
  'name',
  'source',
  'mean_color',
  'palette_1',
  'palette_2',
  'palette_3',
  'palette_4',
  'palette_5',
]);

function lineOf(field: RecordField, value: Json): FieldLine {
  return {
    field,
    label: labels[field] ?? sentenceCase(field),
    value: written(field, value),
    mono: monospaced.has(field),
    about: recordFields[field].about,
    ...(typeof value === 'string' && /^#[0-9a-f]{6}$/.test(value) ? { color: value } : {}),
  };
}

/** The metadata of an item in groups; empty groups are left out. Fields that are no agent's stand under "Added in the cloud". */
export function groupMetadata(metadata: Readonly<Record<string, Json>>): FieldGroup[] {
  const known = groups.map(([title, fields]) => ({
    title,
    lines: fields.filter((field) => metadata[field] !== undefined).map((field) => lineOf(field, metadata[field])),
  }));
  const rest = Object.entries(metadata).filter(([field]) => !Object.hasOwn(recordFields, field));
  const own = (pick: boolean): FieldLine[] =>
    rest
      .filter(([field]) => isReservedField(field) === pick)
      .map(([field, value]) => ({ field, label: field, value: text(value), mono: false }));
  return [
    ...known,
    { title: 'From sidecar files', lines: own(true) },
    { title: 'Added in the cloud', lines: own(false) },
  ].filter((group) => group.lines.length > 0);
}
