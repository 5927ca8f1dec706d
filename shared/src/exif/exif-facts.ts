import { cameraMakes } from '../record/closed-lists.ts';
import { type RecordField, recordFields } from '../record/fields.ts';
import { roundToStep } from '../record/step.ts';

/** What EXIF says of a capture, in a record's own units and ranges; nothing else of it is kept anywhere. */
export interface ExifFacts {
  fields: Partial<Record<RecordField, string | number>>;
  /** Exact position, degrees. */
  gps?: { lat: number; lon: number };
}

/** Parsed tags, untrusted: every value may be of any type. */
export type ExifBlocks = Partial<Record<'ifd0' | 'exif' | 'gps', Record<string, unknown>>>;

const maxText = 256;
/** Needs no cleaning: most of what cameras write, and far cheaper to ask than to clean. */
const plainText = /^[!-~]+(?: [!-~]+)*$/;
const quarterHourMs = 15 * 60_000;

/** Names under which makers write themselves, beside the one on the list. */
const makerAliases: Record<string, string> = {
  'hewlett packard': 'hp',
  'om digital solutions': 'om system',
  'hmd global': 'hmd',
  'lge': 'lg',
};

/** Capture fields and position out of EXIF: in the record's units and ranges, or absent. Pure. */
export function exifFacts(exif: ExifBlocks, timeZone?: string): ExifFacts {
  const camera = exif.exif ?? {};
  const fields: ExifFacts['fields'] = {};
  const put = (field: keyof ExifFacts['fields'], value: string | number | undefined): void => {
    if (value !== undefined) fields[field] = value;
  };
  const local = localTime(camera.DateTimeOriginal) ?? localTime(camera.CreateDate);
  put('capture_local', local);
  if (local)
    put('capture_time', utcOf(local, offsetOf(camera) ?? gpsOffset(local, exif.gps) ?? zoneOffset(local, timeZone)));
  put('exposure_us', inRange('exposure_us', scaled(camera.ExposureTime, 1e6), 1));
  put('iso', inRange('iso', number(camera.ISO), 1));
  put('f_number', inRange('f_number', number(camera.FNumber), 0.1));
  put('focal_length_mm', inRange('focal_length_mm', number(camera.FocalLength), 0.1));
  put('camera_make', makeOf(text(exif.ifd0?.Make)));
  put('camera_model', modelOf(text(exif.ifd0?.Model)));
  const gps = positionOf(exif.gps ?? {});
  return gps ? { fields, gps } : { fields };
}

function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  // a text ends at its first NUL; what some cameras leave behind it is rubbish
  const [short = ''] = value.slice(0, maxText).split('\0', 1);
  const clean = plainText.test(short)
    ? short
    : short
        .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
        .replace(/\s+/g, ' ')
        .trim();
  return clean === '' ? undefined : clean;
}

function number(value: unknown): number | undefined {
  const first = Array.isArray(value) || value instanceof Uint16Array ? value[0] : value;
  return typeof first === 'number' && Number.isFinite(first) ? first : undefined;
}

function scaled(value: unknown, by: number): number | undefined {
  const found = number(value);
  return found === undefined ? undefined : found * by;
}

function inRange(
  field: 'exposure_us' | 'iso' | 'f_number' | 'focal_length_mm',
  value: number | undefined,
  step: number,
): number | undefined {
  if (value === undefined) return undefined;
  const { min, max } = recordFields[field].shape as { min: number; max: number };
  const rounded = roundToStep(value, step);
  return rounded >= min && rounded <= max ? rounded : undefined;
}

/** `YYYY-MM-DDTHH:MM:SS` of EXIF's `YYYY:MM:DD HH:MM:SS`, when it is a real moment between 1970 and 2100. */
function localTime(value: unknown): string | undefined {
  const match = /^(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)/.exec(text(value) ?? '');
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return realMoment(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
}

function realMoment(local: string): string | undefined {
  const at = Date.parse(`${local}Z`);
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 19) !== local) return undefined;
  const year = Number(local.slice(0, 4));
  return year >= 1970 && year <= 2100 ? local : undefined;
}

function utcOf(local: string, offsetMs: number | undefined): string | undefined {
  if (offsetMs === undefined) return undefined;
  const utc = realMoment(new Date(Date.parse(`${local}Z`) - offsetMs).toISOString().slice(0, 19));
  return utc && `${utc}Z`;
}

/** Offset that belongs to the capture: never that of the last edit (OffsetTime). */
function offsetOf(camera: Record<string, unknown>): number | undefined {
  const from = camera.DateTimeOriginal === undefined ? camera.OffsetTimeDigitized : camera.OffsetTimeOriginal;
  const match = /^([+-])(\d\d):?(\d\d)$/.exec(text(from) ?? '');
  if (!match) return undefined;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  if (minutes > 14 * 60) return undefined;
  return (match[1] === '-' ? -1 : 1) * minutes * 60_000;
}

/** Offset between the camera's clock and GPS time, to the quarter hour; a fix from another time of the day gives none. */
function gpsOffset(local: string, gps: Record<string, unknown> | undefined): number | undefined {
  const day = /^(\d{4})[:-](\d\d)[:-](\d\d)$/.exec(text(gps?.GPSDateStamp) ?? '');
  const time = gps?.GPSTimeStamp;
  const [hour, minute, second] = Array.isArray(time) ? time.map(number) : [];
  if (!day || hour === undefined || minute === undefined || second === undefined) return undefined;
  const utc = Date.parse(`${day[1]}-${day[2]}-${day[3]}T00:00:00Z`) + ((hour * 60 + minute) * 60 + second) * 1000;
  const apart = Date.parse(`${local}Z`) - utc;
  const offset = Math.round(apart / quarterHourMs) * quarterHourMs;
  const isPlausible = Math.abs(apart - offset) <= 5 * 60_000 && Math.abs(offset) <= 14 * 3_600_000;
  return isPlausible ? offset : undefined;
}

function zoneOffset(local: string, timeZone: string | undefined): number | undefined {
  if (!timeZone) return undefined;
  const wanted = Date.parse(`${local}Z`);
  // the offset in force depends on the moment, which depends on the offset: two rounds settle it
  let offset = 0;
  for (let round = 0; round < 2; round++) offset = offsetAt(wanted - offset, timeZone);
  return offset;
}

function offsetAt(utcMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(utcMs);
  return Date.parse(`${parts.replace(' ', 'T')}Z`) - Math.floor(utcMs / 1000) * 1000;
}

function makeOf(make: string | undefined): string | undefined {
  if (!make) return undefined;
  const words = ` ${make
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()} `;
  const alias = Object.entries(makerAliases).find(([spelled]) => words.includes(` ${spelled} `));
  return alias?.[1] ?? cameraMakes.find((name) => words.includes(` ${name} `)) ?? 'other';
}

function modelOf(model: string | undefined): string | undefined {
  const lower = model?.toLowerCase();
  return lower && recordFields.camera_model.shape.kind === 'pattern' && /^[a-z0-9][a-z0-9 .+/_-]{0,39}$/.test(lower)
    ? lower
    : undefined;
}

function positionOf(gps: Record<string, unknown>): ExifFacts['gps'] | undefined {
  const lat = degrees(gps.GPSLatitude, gps.GPSLatitudeRef, 'N', 'S', 90);
  const lon = degrees(gps.GPSLongitude, gps.GPSLongitudeRef, 'E', 'W', 180);
  // cameras without a fix write 0, 0
  return lat === undefined || lon === undefined || (lat === 0 && lon === 0) ? undefined : { lat, lon };
}

function degrees(value: unknown, ref: unknown, plus: string, minus: string, limit: number): number | undefined {
  const sign = text(ref)?.toUpperCase();
  if (!Array.isArray(value) || (sign !== plus && sign !== minus)) return undefined;
  const [whole, minutes = 0, seconds = 0] = value.map(number);
  if (whole === undefined) return undefined;
  const sum = whole + minutes / 60 + seconds / 3600;
  return sum >= 0 && sum <= limit ? (sign === minus ? -sum : sum) : undefined;
}
