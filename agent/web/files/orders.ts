/** Fields that the files can be ordered by, and the words for them. */
export const orders: readonly (readonly [string, string])[] = [
  ['capture_local', 'Captured'],
  ['ingest_day', 'First catalogued'],
  ['byte_size', 'Size on disk'],
  ['width', 'Width'],
  ['height', 'Height'],
  ['iso', 'ISO'],
  ['exposure_us', 'Exposure'],
  ['sharpness', 'Sharpness'],
  ['brightness', 'Brightness'],
  ['camera_model', 'Camera'],
  ['format', 'Format'],
  ['state', 'State'],
];
