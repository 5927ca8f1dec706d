import type { DatasetItem } from '@nucleus/shared/wire/dataset-item';
import { spellRow } from '../csv/spell-row.ts';
import { addressOf } from '../items/rules.ts';

const itemColumns = ['reference_id', 'item_id', 'image_url', 'width', 'height', 'phash'] as const;
/** Holds what has no column of its own: lists, objects and fields that came while the export ran. */
const restColumn = 'metadata_json';

/**
 * Items as CSV, one piece a page, the header first.
 * @param fields metadata fields that get a column, in this order
 */
export async function* spellCsv(
  pages: AsyncIterable<readonly DatasetItem[]>,
  fields: readonly string[],
): AsyncGenerator<string> {
  yield spellRow([...itemColumns, ...fields.map((field) => `metadata.${field}`), restColumn]);
  for await (const page of pages) yield page.map((item) => spellRow(cellsOf(item, fields))).join('');
}

function cellsOf(item: DatasetItem, fields: readonly string[]): unknown[] {
  const rest: Record<string, unknown> = { ...item.metadata };
  const values = fields.map((field) => {
    const value = Object.hasOwn(item.metadata, field) ? item.metadata[field] : undefined;
    if (typeof value === 'object' && value !== null) return undefined;
    delete rest[field];
    return value;
  });
  return [
    item.reference_id,
    item.id,
    addressOf(item),
    item.width,
    item.height,
    item.phash,
    ...values,
    Object.keys(rest).length === 0 ? undefined : JSON.stringify(rest),
  ];
}
