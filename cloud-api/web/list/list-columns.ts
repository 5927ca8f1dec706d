/** Which fields a list shows. Pure but for what this browser keeps. */
import type { FieldView } from '@nucleus/shared/wire/insights';
import { facetName } from '../facets/choose-facets.ts';

/** As many as the API answers with a tile. */
export const mostColumns = 12;
const usualColumns = 5;
const usual = [
  'capture_local',
  'capture_time',
  'format',
  'camera_model',
  'byte_size',
  'sharpness',
  'iso',
  'ingest_day',
  'source',
];

/** The columns that are shown when nobody has chosen any: the usual fields that say something, then others by name. */
export function usualColumnsOf(fields: readonly FieldView[]): string[] {
  const held = fields.filter(({ distinct }) => distinct > 0).map(({ name }) => name);
  const repeatsAnother = (name: string): boolean => name === 'capture_time' && held.includes('capture_local');
  const known = usual.filter((name) => held.includes(name) && !repeatsAnother(name));
  const rest = held.filter((name) => !usual.includes(name) && name !== 'name' && name !== 'blurhash');
  return [...known, ...rest].slice(0, usualColumns).map(facetName);
}

const placeOf = (datasetId: string): string => `nucleus.columns.${datasetId}`;

/** What was chosen for a dataset in this browser; undefined when nothing was. */
export function storedColumns(datasetId: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(placeOf(datasetId)) ?? 'null');
    return Array.isArray(value)
      ? value.filter((each) => typeof each === 'string' && each !== '').slice(0, mostColumns)
      : undefined;
  } catch {
    return undefined;
  }
}

export function storeColumns(datasetId: string, columns: readonly string[]): void {
  try {
    localStorage.setItem(placeOf(datasetId), JSON.stringify(columns));
  } catch {
    // Storage may be closed or full: the usual columns are shown at the next visit.
  }
}
