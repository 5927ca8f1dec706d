import { describe, expect, test } from 'vitest';
import { exifFacts } from './exif-facts.ts';

const taken = (exif: Record<string, unknown>, gps?: Record<string, unknown>, zone?: string) =>
  exifFacts({ exif, ...(gps && { gps }) }, zone).fields;

describe('capture time', () => {
  test.each([
    {
      name: 'the wall clock alone',
      exif: { DateTimeOriginal: '2024:05:06 07:08:09' },
      want: { capture_local: '2024-05-06T07:08:09' },
    },
    {
      name: 'the offset of the capture',
      exif: { DateTimeOriginal: '2024:05:06 07:08:09', OffsetTimeOriginal: '+05:30' },
      want: { capture_local: '2024-05-06T07:08:09', capture_time: '2024-05-06T01:38:09Z' },
    },
    {
      name: 'never the offset of the last edit',
      exif: { DateTimeOriginal: '2024:05:06 07:08:09', OffsetTime: '+02:00' },
      want: { capture_local: '2024-05-06T07:08:09' },
    },
    {
      name: 'the offset from GPS time, to the quarter hour',
      exif: { DateTimeOriginal: '2024:05:06 01:00:10' },
      gps: { GPSDateStamp: '2024:05:05', GPSTimeStamp: [23, 0, 2] },
      want: { capture_local: '2024-05-06T01:00:10', capture_time: '2024-05-05T23:00:10Z' },
    },
    {
      name: 'no offset from a fix of another day',
      exif: { DateTimeOriginal: '2008:10:22 16:28:39' },
      gps: { GPSDateStamp: '2008:10:23', GPSTimeStamp: [14, 27, 7.24] },
      want: { capture_local: '2008-10-22T16:28:39' },
    },
    {
      name: 'the configured zone, in summer',
      exif: { DateTimeOriginal: '2024:07:01 12:00:00' },
      zone: 'Europe/Berlin',
      want: { capture_local: '2024-07-01T12:00:00', capture_time: '2024-07-01T10:00:00Z' },
    },
    { name: 'nothing out of a date that does not exist', exif: { DateTimeOriginal: '2024:02:30 07:08:09' }, want: {} },
    { name: 'nothing out of a date before 1970', exif: { DateTimeOriginal: '1969:12:31 23:59:59' }, want: {} },
    { name: 'nothing out of zeros', exif: { DateTimeOriginal: '0000:00:00 00:00:00' }, want: {} },
  ])('is $name', ({ exif, gps, zone, want }) => {
    expect(taken(exif, gps, zone)).toEqual(want);
  });
});

describe('exposure', () => {
  test.each([
    {
      exif: { ExposureTime: 1 / 250, FNumber: 2.8, ISO: 100, FocalLength: 4.25 },
      want: { exposure_us: 4000, f_number: 2.8, iso: 100, focal_length_mm: 4.3 },
    },
    { exif: { ExposureTime: 0, FNumber: 0, ISO: 0, FocalLength: 0 }, want: {} },
    { exif: { ExposureTime: Number.POSITIVE_INFINITY, FNumber: Number.NaN, ISO: '100', FocalLength: -5 }, want: {} },
    { exif: { ISO: [200, 400] }, want: { iso: 200 } },
  ])('$exif is $want', ({ exif, want }) => {
    expect(taken(exif)).toEqual(want);
  });
});

describe('camera', () => {
  test.each([
    { make: 'NIKON CORPORATION', model: 'NIKON D850\0', want: { camera_make: 'nikon', camera_model: 'nikon d850' } },
    { make: 'EASTMAN KODAK COMPANY', model: '', want: { camera_make: 'kodak' } },
    { make: 'Hewlett-Packard', model: 'Photo<script>', want: { camera_make: 'hp' } },
    { make: 'Jane Doe', model: 'x'.repeat(300), want: { camera_make: 'other' } },
  ])('$make', ({ make, model, want }) => {
    expect(exifFacts({ ifd0: { Make: make, Model: model } }).fields).toEqual(want);
  });
});

describe('position', () => {
  const at = (lat: unknown, lon: unknown, ns = 'N', ew = 'E') =>
    exifFacts({ gps: { GPSLatitude: lat, GPSLatitudeRef: ns, GPSLongitude: lon, GPSLongitudeRef: ew } }).gps;
  test('south and west are negative', () => {
    expect(at([33, 30, 0], [70, 30, 36], 'S', 'W')).toEqual({ lat: -33.5, lon: -70.51 });
  });
  test.each([
    { name: 'out of range', lat: [91, 0, 0], lon: [0, 1, 0] },
    { name: 'zero, zero: a camera without a fix', lat: [0, 0, 0], lon: [0, 0, 0] },
    { name: 'not a list', lat: '33', lon: '70' },
  ])('is absent when $name', ({ lat, lon }) => {
    expect(at(lat, lon)).toBeUndefined();
  });
});
